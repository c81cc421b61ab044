"""Failures that the rules were developed with."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from family import family  # noqa: E402
import more_families  # noqa: E402

FLASK = """Traceback (most recent call last):
  File "/usr/local/lib/python3.11/site-packages/flask/app.py", line 1484, in full_dispatch_request
    rv = self.dispatch_request()
  File "/usr/local/lib/python3.11/site-packages/flask/app.py", line 1469, in dispatch_request
    return self.ensure_sync(self.view_functions[rule.endpoint])(**view_args)
"""
# The same framework, another version of Python and of itself, installed elsewhere.
FLASK_NEW = """Traceback (most recent call last):
  File "/opt/venv/lib/python3.12/site-packages/flask/app.py", line 1511, in wsgi_app
    response = self.full_dispatch_request()
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/opt/venv/lib/python3.12/site-packages/flask/app.py", line 917, in full_dispatch_request
    rv = self.dispatch_request()
         ^^^^^^^^^^^^^^^^^^^^^^^
"""

PYTHON = [
    family("py-user-missing", "python", "shop.errors.NotFound", "User ID {int} not found",
           FLASK + """  File "{root}/users.py", line §15, in load_user
    raise NotFound(f"User ID {uid} not found")
shop.errors.NotFound: {M}
""", FLASK_NEW + """  File "{root}/users.py", line §15, in load_user
    raise NotFound(f"User ID {uid} not found")
shop.errors.NotFound: {M}
"""),
    family("py-user-locked", "python", "shop.errors.NotFound", "User ID {int} locked",
           FLASK + """  File "{root}/users.py", line §17, in load_user
    raise NotFound(f"User ID {uid} locked")
shop.errors.NotFound: {M}
"""),
    family("py-order-uuid", "python", "KeyError", "'{uuid}'",
           FLASK + """  File "{root}/orders.py", line §40, in show
    order = ORDERS[oid]
KeyError: '{uuid}'
"""),
    family("py-order-uuid-delete", "python", "KeyError", "'{uuid}'",
           FLASK + """  File "{root}/orders.py", line §60, in delete
    order = ORDERS[oid]
KeyError: '{uuid}'
"""),
    family("py-pg-down", "python", "psycopg2.OperationalError",
           'connection to server at "{host}" ({ip}), port 5432 failed: Connection refused\n\tIs the'
           " server running on that host and accepting TCP/IP connections?\n",
           FLASK + """  File "{root}/db.py", line §8, in connect
    return psycopg2.connect(dsn)
  File "/usr/local/lib/python3.11/site-packages/psycopg2/__init__.py", line 122, in connect
    conn = _connect(dsn, connection_factory=connection_factory, **kwasync)
psycopg2.OperationalError: {M}
"""),
    family("py-pg-auth", "python", "psycopg2.OperationalError",
           'connection to server at "{host}" ({ip}), port 5432 failed: FATAL:  password'
           ' authentication failed for user "{word}"\n',
           FLASK + """  File "{root}/db.py", line §8, in connect
    return psycopg2.connect(dsn)
  File "/usr/local/lib/python3.11/site-packages/psycopg2/__init__.py", line 122, in connect
    conn = _connect(dsn, connection_factory=connection_factory, **kwasync)
psycopg2.OperationalError: {M}
"""),
    family("py-unique-email", "python", "sqlalchemy.exc.IntegrityError",
           '(psycopg2.errors.UniqueViolation) duplicate key value violates unique constraint'
           ' "users_email_key"\nDETAIL:  Key (email)=({email}) already exists.\n\n[SQL: INSERT INTO'
           " users (id, email) VALUES (%(id)s, %(email)s)]\n[parameters: {'id': {int}, 'email':"
           " '{email}'}]",
           FLASK + """  File "{root}/users.py", line §31, in register
    session.commit()
  File "/usr/local/lib/python3.11/site-packages/sqlalchemy/orm/session.py", line §1920, in commit
    trans.commit(_to_root=True)
sqlalchemy.exc.IntegrityError: {M}
"""),
    family("py-unique-phone", "python", "sqlalchemy.exc.IntegrityError",
           '(psycopg2.errors.UniqueViolation) duplicate key value violates unique constraint'
           ' "users_phone_key"\nDETAIL:  Key (phone)=({int}) already exists.\n',
           FLASK + """  File "{root}/users.py", line §31, in register
    session.commit()
  File "/usr/local/lib/python3.11/site-packages/sqlalchemy/orm/session.py", line §1920, in commit
    trans.commit(_to_root=True)
sqlalchemy.exc.IntegrityError: {M}
"""),
    family("py-none-name", "python", "AttributeError",
           "'NoneType' object has no attribute 'name'",
           FLASK + """  File "{root}/users.py", line §44, in greet
    return user.name
AttributeError: {M}
"""),
    family("py-none-email", "python", "AttributeError",
           "'NoneType' object has no attribute 'email'",
           FLASK + """  File "{root}/users.py", line §44, in greet
    return user.email
AttributeError: {M}
"""),
    family("py-read-timeout", "python", "requests.exceptions.ReadTimeout",
           "HTTPSConnectionPool(host='{host}', port=443): Read timed out. (read timeout={small})",
           """Traceback (most recent call last):
  File "/usr/local/lib/python3.11/site-packages/urllib3/connectionpool.py", line §467, in _make_request
    six.raise_from(e, None)
TimeoutError: The read operation timed out

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "{root}/pay.py", line §20, in charge
    r = requests.post(url, timeout={small})
  File "/usr/local/lib/python3.11/site-packages/requests/adapters.py", line §532, in send
    raise ReadTimeout(e, request=request)
requests.exceptions.ReadTimeout: {M}
"""),
    family("py-recursion", "python", "RecursionError",
           "maximum recursion depth exceeded while calling a Python object",
           FLASK + """  File "{root}/tree.py", line §5, in walk
    walk(child)
  File "{root}/tree.py", line §5, in walk
    walk(child)
  File "{root}/tree.py", line §5, in walk
    walk(child)
  [Previous line repeated {int} more times]
RecursionError: {M}
""", FLASK + """  File "{root}/tree.py", line §5, in walk
    walk(child)
  File "{root}/tree.py", line §5, in walk
    walk(child)
RecursionError: {M}
"""),
]

TOMCAT = """
	at javax.servlet.http.HttpServlet.service(HttpServlet.java:733)
	at org.apache.catalina.core.ApplicationFilterChain.doFilter(ApplicationFilterChain.java:166)
	at org.springframework.web.filter.OncePerRequestFilter.doFilter(OncePerRequestFilter.java:119)
	at java.base/java.lang.Thread.run(Thread.java:833)
"""
TOMCAT_NEW = """
	at jakarta.servlet.http.HttpServlet.service(HttpServlet.java:614)
	at org.apache.catalina.core.ApplicationFilterChain.internalDoFilter(ApplicationFilterChain.java:195)
	at org.apache.catalina.core.ApplicationFilterChain.doFilter(ApplicationFilterChain.java:140)
	at java.base/java.lang.VirtualThread.run(VirtualThread.java:309)
"""

JAVA = [
    family("jv-declined", "java", "com.acme.PaymentDeclinedException", "order {uuid} declined",
           """com.acme.PaymentDeclinedException: {M}
	at com.acme.pay.Gateway.charge(Gateway.java:§76)
	at com.acme.web.CheckoutController.post(CheckoutController.java:§31)
	at jdk.internal.reflect.GeneratedMethodAccessor{small}.invoke(Unknown Source)
	at com.acme.web.CheckoutController$$EnhancerBySpringCGLIB$${hex}.post(<generated>)""" + TOMCAT,
           """com.acme.PaymentDeclinedException: {M}
	at com.acme.pay.Gateway.charge(Gateway.java:§76)
	at com.acme.web.CheckoutController.post(CheckoutController.java:§31)
	at java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:103)
	at com.acme.web.CheckoutController$$SpringCGLIB$$0.post(<generated>)""" + TOMCAT_NEW),
    family("jv-declined-refund", "java", "com.acme.PaymentDeclinedException", "order {uuid} declined",
           """com.acme.PaymentDeclinedException: {M}
	at com.acme.pay.Gateway.refund(Gateway.java:§99)
	at com.acme.web.CheckoutController.post(CheckoutController.java:§31)""" + TOMCAT),
    family("jv-pool", "java", "java.sql.SQLTransientConnectionException",
           "HikariPool-{small} - Connection is not available, request timed out after {int}ms"
           " (total=10, active=10, idle=0, waiting={small2})",
           """java.sql.SQLTransientConnectionException: {M}
	at com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:§696)
	at com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:§197)
	at com.acme.orders.OrderDao.find(OrderDao.java:§40)
	at com.acme.orders.OrderService.show(OrderService.java:§12)""" + TOMCAT),
    family("jv-cause-json", "java", "com.acme.BadRequestException", "cannot read body of request {hex}",
           """com.acme.BadRequestException: {M}
	at com.acme.web.Json.read(Json.java:§20)""" + TOMCAT +
           """Caused by: com.fasterxml.jackson.core.JsonParseException: Unexpected character ('}' (code 125)): was expecting double-quote to start field name
 at [Source: (String)"{{word}}"; line: {small}, column: {int}]
	at com.fasterxml.jackson.core.JsonParser._constructError(JsonParser.java:§2391)
	at com.acme.web.Json.read(Json.java:§18)
	... 12 more
"""),
    family("jv-cause-eof", "java", "com.acme.BadRequestException", "cannot read body of request {hex}",
           """com.acme.BadRequestException: {M}
	at com.acme.web.Json.read(Json.java:§20)""" + TOMCAT +
           """Caused by: java.io.EOFException: Unexpected end of stream after {int} of {int2} bytes
	at com.acme.web.Body.fill(Body.java:§44)
	at com.acme.web.Json.read(Json.java:§17)
	... 12 more
"""),
    family("jv-lambda", "java", "java.lang.IllegalArgumentException",
           "Unknown state 'S{int}' of shipment {int2}",
           """java.lang.IllegalArgumentException: {M}
	at com.acme.ship.Tracker.lambda$poll$0(Tracker.java:§50)
	at java.base/java.util.ArrayList.forEach(ArrayList.java:1511)
	at com.acme.ship.Tracker$$Lambda$14/0x000000080006{small}40.run(Unknown Source)
	at com.acme.ship.Tracker.poll(Tracker.java:§49)
""", """java.lang.IllegalArgumentException: {M}
	at com.acme.ship.Tracker.lambda$poll$7(Tracker.java:§50)
	at java.base/java.util.ArrayList.forEach(ArrayList.java:1596)
	at com.acme.ship.Tracker$$Lambda/0x00007f0{hex}.run(Unknown Source)
	at com.acme.ship.Tracker.poll(Tracker.java:§49)
"""),
    family("jv-overflow", "java", "java.lang.StackOverflowError", "",
           """java.lang.StackOverflowError
	at com.acme.tree.Node.left(Node.java:§10)
	at com.acme.tree.Node.walk(Node.java:§20)
	at com.acme.tree.Node.left(Node.java:§10)
	at com.acme.tree.Node.walk(Node.java:§20)
	at com.acme.tree.Tree.size(Tree.java:§4)
""", """java.lang.StackOverflowError: null
	at com.acme.tree.Node.left(Node.java:§10)
	at com.acme.tree.Node.walk(Node.java:§20)
	at com.acme.tree.Node.left(Node.java:§10)
	at com.acme.tree.Node.walk(Node.java:§20)
	at com.acme.tree.Node.left(Node.java:§10)
	at com.acme.tree.Node.walk(Node.java:§20)
	at com.acme.tree.Tree.size(Tree.java:§4)
"""),
    family("jv-npe-id", "java", "java.lang.NullPointerException",
           'Cannot invoke "com.acme.User.getId()" because "user" is null',
           """java.lang.NullPointerException: {M}
	at com.acme.web.Sessions.open(Sessions.java:§12)""" + TOMCAT),
    family("jv-npe-name", "java", "java.lang.NullPointerException",
           'Cannot invoke "com.acme.User.getName()" because "user" is null',
           """java.lang.NullPointerException: {M}
	at com.acme.web.Sessions.open(Sessions.java:§12)""" + TOMCAT),
    family("kt-coroutine", "java", "kotlinx.coroutines.TimeoutCancellationException",
           "Timed out waiting for {int} ms",
           """kotlinx.coroutines.TimeoutCancellationException: {M}
	at kotlinx.coroutines.TimeoutKt.TimeoutCancellationException(Timeout.kt:184)
	at com.acme.stock.StockClient$fetch$2.invokeSuspend(StockClient.kt:§33)
	at kotlin.coroutines.jvm.internal.BaseContinuationImpl.resumeWith(ContinuationImpl.kt:33)
	at com.acme.stock.StockService.check(StockService.kt:§12)
""", """kotlinx.coroutines.TimeoutCancellationException: {M}
	at kotlinx.coroutines.TimeoutKt.TimeoutCancellationException(Timeout.kt:191)
	at com.acme.stock.StockClient$fetch$3.invokeSuspend(StockClient.kt:§33)
	at kotlin.coroutines.jvm.internal.BaseContinuationImpl.resumeWith(ContinuationImpl.kt:33)
	at kotlinx.coroutines.DispatchedTask.run(DispatchedTask.kt:104)
	at com.acme.stock.StockService.check(StockService.kt:§12)
"""),
]

EXPRESS = """
    at Layer.handle [as handle_request] (/app/node_modules/express/lib/router/layer.js:95:5)
    at next (/app/node_modules/express/lib/router/route.js:144:13)
"""

JAVASCRIPT = [
    family("js-profile", "javascript", "TypeError",
           "Cannot read properties of null (reading 'profile')",
           """TypeError: {M}
    at loadUser (/app/src/users.js:§15:43)""" + EXPRESS),
    family("js-address", "javascript", "TypeError",
           "Cannot read properties of null (reading 'address')",
           """TypeError: {M}
    at loadUser (/app/src/users.js:§15:43)""" + EXPRESS),
    family("js-pg-timeout", "javascript", "ConnectionTimeoutError",
           "Connection to {ip}:{port} timed out after {ms}",
           """ConnectionTimeoutError: {M}
    at dial (file:///srv/shop/app.mjs:§14:29)
    at Array.<anonymous> (file:///srv/shop/app.mjs:§17:15)
    at AsyncLocalStorage.run (node:async_hooks:346:14)
""", """ConnectionTimeoutError: {M}
    at dial (file:///opt/releases/7/shop/app.mjs:§14:29)
    at Array.<anonymous> (file:///opt/releases/7/shop/app.mjs:§17:15)
    at AsyncLocalStorage.run (node:internal/async_local_storage/async_hooks:91:14)
"""),
    family("js-redis-timeout", "javascript", "ConnectionTimeoutError",
           "Connection to {ip}:{port} timed out after {ms}",
           """ConnectionTimeoutError: {M}
    at dial (file:///srv/shop/cache.mjs:§14:29)
    at Array.<anonymous> (file:///srv/shop/app.mjs:§17:15)
    at AsyncLocalStorage.run (node:async_hooks:346:14)
"""),
    family("js-json-position", "javascript", "SyntaxError",
           "Expected double-quoted property name in JSON at position {int}",
           """SyntaxError: {M}
    at JSON.parse (<anonymous>)
    at parseBody (/app/src/body.js:§9:20)""" + EXPRESS),
    family("js-json-token", "javascript", "SyntaxError",
           "Unexpected token < in JSON at position {int}",
           """SyntaxError: {M}
    at JSON.parse (<anonymous>)
    at parseBody (/app/src/body.js:§9:20)""" + EXPRESS),
    family("js-module-a", "javascript", "Error", "Cannot find module './plugins/pdf'",
           """Error: {M}
Require stack:
- /app/src/index.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:§1144:15)
    at Module._load (node:internal/modules/cjs/loader:§985:27)
    at load (/app/src/plugins.js:§3:10)
"""),
    family("js-module-b", "javascript", "Error", "Cannot find module './plugins/csv'",
           """Error: {M}
Require stack:
- /app/src/index.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:§1144:15)
    at Module._load (node:internal/modules/cjs/loader:§985:27)
    at load (/app/src/plugins.js:§3:10)
"""),
    family("js-cause-parse", "javascript", "Error", "cannot import feed {int}",
           """Error: {M}
    at importFeed (/app/src/feeds.js:§20:11)
    at async run (/app/src/cron.js:§5:3) {
  [cause]: SyntaxError: Unexpected end of JSON input
      at JSON.parse (<anonymous>)
      at importFeed (/app/src/feeds.js:§17:20)
}
"""),
    family("js-cause-fetch", "javascript", "Error", "cannot import feed {int}",
           """Error: {M}
    at importFeed (/app/src/feeds.js:§20:11)
    at async run (/app/src/cron.js:§5:3) {
  [cause]: TypeError: fetch failed
      at node:internal/deps/undici/undici:12345:11
      at importFeed (/app/src/feeds.js:§15:20)
}
"""),
    family("js-fetch-url", "javascript", "Error",
           "GET https://api.example.com/v1/users/{int}/orders?page={small}&sig={hexlong} answered 500",
           """Error: {M}
    at get (/app/src/http.js:§12:9)
    at async orders (/app/src/api.js:§31:5)
"""),
    family("js-fetch-url-items", "javascript", "Error",
           "GET https://api.example.com/v1/users/{int}/items?page={small}&sig={hexlong} answered 500",
           """Error: {M}
    at get (/app/src/http.js:§12:9)
    at async orders (/app/src/api.js:§31:5)
"""),
    family("js-browser", "javascript", "TypeError", "cart.items is undefined",
           """total@https://shop.example.com/static/js/main.{hex}.js:1:§2345
render/<@https://shop.example.com/static/js/main.{hex}.js:1:§99
""", """total@https://cdn{small}.example.com/static/js/main.{hex}.js:1:§2345
render@https://cdn{small}.example.com/static/js/main.{hex}.js:1:§99
"""),
]

FAMILIES = PYTHON + JAVA + JAVASCRIPT + more_families.FAMILIES
