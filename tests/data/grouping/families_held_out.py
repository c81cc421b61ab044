"""Failures that no rule was tuned on. Written before the rules, and never looked at while they
were changed: only the figures of the whole part were read."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from family import family  # noqa: E402

JVM_TAIL = """
	at org.apache.catalina.core.ApplicationFilterChain.doFilter(ApplicationFilterChain.java:166)
	at java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1136)
	at java.base/java.lang.Thread.run(Thread.java:833)
"""

FAMILIES = [
    # Python: two retries of the same call in different callers, and the same text elsewhere.
    family("py-celery-retry", "python", "celery.exceptions.MaxRetriesExceededError",
           "Can't retry shop.tasks.send_invoice[{uuid}] args:({int}, 'EUR') kwargs:{}",
           """Traceback (most recent call last):
  File "/usr/local/lib/python3.11/site-packages/celery/app/trace.py", line §451, in trace_task
    R = retval = fun(*args, **kwargs)
  File "{root}/tasks.py", line §33, in send_invoice
    self.retry(exc=exc)
  File "/usr/local/lib/python3.11/site-packages/celery/app/task.py", line §717, in retry
    raise self.MaxRetriesExceededError(
celery.exceptions.MaxRetriesExceededError: {M}
"""),
    family("py-celery-timeout", "python", "billiard.exceptions.SoftTimeLimitExceeded",
           "SoftTimeLimitExceeded()",
           """Traceback (most recent call last):
  File "/usr/local/lib/python3.11/site-packages/celery/app/trace.py", line §451, in trace_task
    R = retval = fun(*args, **kwargs)
  File "{root}/tasks.py", line §30, in send_invoice
    pdf = render(order)
  File "{root}/pdf.py", line §12, in render
    return [page(o) for o in order.lines]
  File "{root}/pdf.py", line §12, in <listcomp>
    return [page(o) for o in order.lines]
billiard.exceptions.SoftTimeLimitExceeded: SoftTimeLimitExceeded()
""", """Traceback (most recent call last):
  File "/usr/local/lib/python3.12/site-packages/celery/app/trace.py", line §453, in trace_task
    R = retval = fun(*args, **kwargs)
                 ^^^^^^^^^^^^^^^^^^^^
  File "{root}/tasks.py", line §30, in send_invoice
    pdf = render(order)
          ^^^^^^^^^^^^^
  File "{root}/pdf.py", line §12, in render
    return [page(o) for o in order.lines]
            ^^^^^^^
billiard.exceptions.SoftTimeLimitExceeded: SoftTimeLimitExceeded()
"""),
    family("py-s3-nosuchkey", "python", "botocore.errorfactory.NoSuchKey",
           "An error occurred (NoSuchKey) when calling the GetObject operation: The specified key"
           " does not exist.",
           """Traceback (most recent call last):
  File "{root}/storage.py", line §8, in fetch
    return s3.get_object(Bucket=bucket, Key=key)
  File "/usr/lib/python3/dist-packages/botocore/client.py", line §391, in _api_call
    return self._make_api_call(operation_name, kwargs)
botocore.errorfactory.NoSuchKey: {M}
"""),
    family("py-s3-denied", "python", "botocore.exceptions.ClientError",
           "An error occurred (AccessDenied) when calling the GetObject operation: User:"
           " arn:aws:sts::{int}:assumed-role/shop/i-{hex} is not authorized",
           """Traceback (most recent call last):
  File "{root}/storage.py", line §8, in fetch
    return s3.get_object(Bucket=bucket, Key=key)
  File "/usr/lib/python3/dist-packages/botocore/client.py", line §391, in _api_call
    return self._make_api_call(operation_name, kwargs)
botocore.exceptions.ClientError: {M}
"""),
    # Java: the wrapper is the same, what it wraps is not.
    family("jv-wrap-lock", "java", "com.acme.OrderException", "Could not save order {int}",
           """com.acme.OrderException: {M}
	at com.acme.orders.OrderService.save(OrderService.java:§88)
	at com.acme.orders.OrderController.post(OrderController.java:§31)""" + JVM_TAIL +
           """Caused by: org.springframework.dao.CannotAcquireLockException: PreparedStatementCallback; SQL [update orders set state=? where id=?]; Lock wait timeout exceeded; try restarting transaction
	at org.springframework.jdbc.core.JdbcTemplate.execute(JdbcTemplate.java:§651)
	... 12 more
"""),
    family("jv-wrap-duplicate", "java", "com.acme.OrderException", "Could not save order {int}",
           """com.acme.OrderException: {M}
	at com.acme.orders.OrderService.save(OrderService.java:§88)
	at com.acme.orders.OrderController.post(OrderController.java:§31)""" + JVM_TAIL +
           """Caused by: org.springframework.dao.DuplicateKeyException: PreparedStatementCallback; Duplicate entry '{uuid}' for key 'orders.PRIMARY'
	at org.springframework.jdbc.core.JdbcTemplate.execute(JdbcTemplate.java:§651)
	... 12 more
"""),
    family("jv-stream-npe", "java", "java.lang.NullPointerException",
           'Cannot invoke "com.acme.Price.amount()" because "price" is null',
           """java.lang.NullPointerException: {M}
	at com.acme.cart.Totals.lambda$sum$0(Totals.java:§20)
	at java.base/java.util.stream.ReferencePipeline$3$1.accept(ReferencePipeline.java:197)
	at java.base/java.util.ArrayList$ArrayListSpliterator.forEachRemaining(ArrayList.java:1625)
	at com.acme.cart.Totals.sum(Totals.java:§22)
""", """java.lang.NullPointerException: {M}
	at com.acme.cart.Totals.lambda$sum$3(Totals.java:§20)
	at java.base/java.util.stream.ReferencePipeline$3$1.accept(ReferencePipeline.java:195)
	at java.base/java.util.AbstractList$RandomAccessSpliterator.forEachRemaining(AbstractList.java:720)
	at com.acme.cart.Totals.sum(Totals.java:§22)
"""),
    family("jv-stream-npe-customer", "java", "java.lang.NullPointerException",
           'Cannot invoke "com.acme.Customer.vat()" because "customer" is null',
           """java.lang.NullPointerException: {M}
	at com.acme.cart.Totals.lambda$sum$0(Totals.java:§20)
	at java.base/java.util.stream.ReferencePipeline$3$1.accept(ReferencePipeline.java:197)
	at java.base/java.util.ArrayList$ArrayListSpliterator.forEachRemaining(ArrayList.java:1625)
	at com.acme.cart.Totals.sum(Totals.java:§22)
"""),
    # JavaScript: Node without frames of the application, and a browser.
    family("js-econnrefused", "javascript", "Error", "connect ECONNREFUSED {ip}:{port}",
           """Error: {M}
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:§1494:16)
"""),
    family("js-enotfound", "javascript", "Error", "getaddrinfo ENOTFOUND {host}",
           """Error: {M}
    at GetAddrInfoReqWrap.onlookup [as oncomplete] (node:dns:§71:26)
"""),
    family("js-axios-404", "javascript", "AxiosError", "Request failed with status code 404",
           """AxiosError: Request failed with status code 404
    at settle (/app/node_modules/axios/lib/core/settle.js:§19:12)
    at IncomingMessage.handleStreamEnd (/app/node_modules/axios/lib/adapters/http.js:§489:11)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async PriceClient.fetch (/app/src/clients/price.js:§14:20)
"""),
    family("js-axios-503", "javascript", "AxiosError", "Request failed with status code 503",
           """AxiosError: Request failed with status code 503
    at settle (/app/node_modules/axios/lib/core/settle.js:§19:12)
    at IncomingMessage.handleStreamEnd (/app/node_modules/axios/lib/adapters/http.js:§489:11)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async PriceClient.fetch (/app/src/clients/price.js:§14:20)
"""),
    family("js-browser-chunk", "javascript", "ChunkLoadError",
           "Loading chunk {int} failed.\n(error: https://cdn{small}.example.com/static/js/{int}.{hex}.chunk.js)",
           """__webpack_require__.f.j@https://shop.example.com/static/js/runtime.{hex2}.js:1:§3345
loadCheckout@https://shop.example.com/static/js/main.{hex3}.js:1:§90
"""),
    # Go
    family("go-nil-map", "go", "runtime.plainError", "assignment to entry in nil map",
           """panic: assignment to entry in nil map

goroutine {small} [running]:
github.com/acme/shop/cart.(*Cart).add(...)
	/build/cart/cart.go:§18
github.com/acme/shop/cart.(*Cart).Merge({ptr}, {ptr2})
	/build/cart/cart.go:§40 +0x1d
net/http.HandlerFunc.ServeHTTP({ptr3}, {{ptr4}, {ptr5}}, {ptr6})
	/usr/local/go/src/net/http/server.go:2136 +0x29
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:3086 +0x5cb
""", """panic: assignment to entry in nil map

goroutine {small} [running]:
github.com/acme/shop/cart.(*Cart).add({ptr}, {0x{hex}, 0x4})
	/build/cart/cart.go:§18 +0x11
github.com/acme/shop/cart.(*Cart).Merge({ptr}, {ptr2})
	/build/cart/cart.go:§40 +0x1d
net/http.HandlerFunc.ServeHTTP({ptr3}, {{ptr4}, {ptr5}}, {ptr6})
	/usr/local/go/src/net/http/server.go:2171 +0x29
"""),
    family("go-dial-timeout", "go", "*net.OpError", "dial tcp {ip}:{port}: i/o timeout",
           """goroutine {small} [running]:
runtime/debug.Stack()
	/usr/local/go/src/runtime/debug/stack.go:24 +0x5e
github.com/acme/shop/pay.(*Client).Charge({ptr}, {ptr2})
	/build/pay/client.go:§55 +0x2f
main.main.func1()
	/build/main.go:§12 +0x25
"""),
    family("go-dial-refused", "go", "*net.OpError", "dial tcp {ip}:{port}: connect: connection refused",
           """goroutine {small} [running]:
runtime/debug.Stack()
	/usr/local/go/src/runtime/debug/stack.go:24 +0x5e
github.com/acme/shop/pay.(*Client).Charge({ptr}, {ptr2})
	/build/pay/client.go:§55 +0x2f
main.main.func1()
	/build/main.go:§12 +0x25
"""),
    # .NET
    family("cs-sql-timeout", "dotnet", "Microsoft.Data.SqlClient.SqlException",
           "Execution Timeout Expired.  The timeout period elapsed prior to completion of the"
           " operation or the server is not responding.",
           """Microsoft.Data.SqlClient.SqlException (0x80131904): {M}
 ---> System.ComponentModel.Win32Exception (258): Unknown error 258
   at Microsoft.Data.SqlClient.SqlCommand.<>c.<ExecuteDbDataReaderAsync>b__211_0(Task`1 result)
   at System.Threading.Tasks.ContinuationResultTaskFromResultTask`2.InnerInvoke()
   at Acme.Orders.Repository.FindAsync(Guid id) in /src/Orders/Repository.cs:line §41
   at Acme.Orders.OrderService.GetAsync(Guid id) in /src/Orders/OrderService.cs:line §17
ClientConnectionId:{uuid}
"""),
    family("cs-key-missing", "dotnet", "System.Collections.Generic.KeyNotFoundException",
           "The given key '{key}' was not present in the dictionary.",
           """System.Collections.Generic.KeyNotFoundException: {M}
   at System.Collections.Generic.Dictionary`2.get_Item(TKey key)
   at Acme.Pricing.Table.<>c__DisplayClass4_0.<Lookup>b__0(Line l) in /src/Pricing/Table.cs:line §20
   at System.Linq.Enumerable.SelectListIterator`2.ToList()
   at Acme.Pricing.Table.Lookup(Order o) in /src/Pricing/Table.cs:line §22
""", """System.Collections.Generic.KeyNotFoundException: {M}
   at System.Collections.Generic.Dictionary`2.get_Item(TKey key)
   at Acme.Pricing.Table.<>c__DisplayClass7_1.<Lookup>b__2(Line l) in C:\\agent\\Pricing\\Table.cs:line §20
   at System.Linq.Enumerable.Select`2.ToList()
   at Acme.Pricing.Table.Lookup(Order o) in C:\\agent\\Pricing\\Table.cs:line §22
"""),
    family("cs-key-missing-tax", "dotnet", "System.Collections.Generic.KeyNotFoundException",
           "The given key '{key}' was not present in the dictionary.",
           """System.Collections.Generic.KeyNotFoundException: {M}
   at System.Collections.Generic.Dictionary`2.get_Item(TKey key)
   at Acme.Pricing.TaxTable.Rate(String country) in /src/Pricing/TaxTable.cs:line §9
   at Acme.Pricing.Table.Lookup(Order o) in /src/Pricing/Table.cs:line §30
"""),
    # Ruby
    family("rb-record-invalid", "ruby", "ActiveRecord::RecordInvalid",
           "Validation failed: Email has already been taken",
           """/usr/lib/ruby/gems/3.2.0/gems/activerecord-7.0.4/lib/active_record/validations.rb:§80:in `raise_validation_error': {M} (ActiveRecord::RecordInvalid)
	from {root}/app/models/user.rb:§12:in `block in register'
	from {root}/app/models/user.rb:§10:in `register'
	from {root}/app/controllers/users_controller.rb:§6:in `create'
""", """/usr/lib/ruby/gems/3.4.0/gems/activerecord-8.0.1/lib/active_record/validations.rb:§87:in 'ActiveRecord::Validations#raise_validation_error': {M} (ActiveRecord::RecordInvalid)
	from {root}/app/models/user.rb:§12:in 'block in User.register'
	from {root}/app/models/user.rb:§10:in 'User.register'
	from {root}/app/controllers/users_controller.rb:§6:in 'UsersController#create'
"""),
    family("rb-undefined-total", "ruby", "NoMethodError", "undefined method `total' for nil:NilClass",
           """{root}/app/models/cart.rb:§31:in `sum': {M} (NoMethodError)
	from {root}/app/controllers/carts_controller.rb:§14:in `show'
	from /usr/lib/ruby/gems/3.2.0/gems/actionpack-7.0.4/lib/action_controller/metal/basic_implicit_render.rb:6:in `send_action'
"""),
    family("rb-undefined-currency", "ruby", "NoMethodError",
           "undefined method `currency' for nil:NilClass",
           """{root}/app/models/cart.rb:§31:in `sum': {M} (NoMethodError)
	from {root}/app/controllers/carts_controller.rb:§14:in `show'
	from /usr/lib/ruby/gems/3.2.0/gems/actionpack-7.0.4/lib/action_controller/metal/basic_implicit_render.rb:6:in `send_action'
"""),
    # PHP
    family("php-pdo-gone", "php", "PDOException",
           "SQLSTATE[HY000]: General error: 2006 MySQL server has gone away",
           """PDOException: {M} in {root}/src/Repo/Orders.php:§44
Stack trace:
#0 {root}/src/Repo/Orders.php(§44): PDOStatement->execute(Array)
#1 {root}/src/Http/Cart.php(§12): Acme\\Repo\\Orders->find({int})
#2 {root}/vendor/slim/slim/Slim/Handlers/Strategies/RequestResponse.php(38): Acme\\Http\\Cart->show(Object(Slim\\Psr7\\Request))
#3 {main}
"""),
    family("php-pdo-deadlock", "php", "PDOException",
           "SQLSTATE[40001]: Serialization failure: 1213 Deadlock found when trying to get lock; try"
           " restarting transaction",
           """PDOException: {M} in {root}/src/Repo/Orders.php:§44
Stack trace:
#0 {root}/src/Repo/Orders.php(§44): PDOStatement->execute(Array)
#1 {root}/src/Http/Cart.php(§12): Acme\\Repo\\Orders->find({int})
#2 {root}/vendor/slim/slim/Slim/Handlers/Strategies/RequestResponse.php(38): Acme\\Http\\Cart->show(Object(Slim\\Psr7\\Request))
#3 {main}
"""),
    family("php-memory", "php", "Error",
           "Allowed memory size of {int} bytes exhausted (tried to allocate {int2} bytes)",
           """PHP Fatal error:  Uncaught Error: {M} in {root}/src/Export.php:§9
Stack trace:
#0 {root}/bin/export.php(§3): Acme\\Export->run('{file}')
#1 {main}
"""),
    # Rust
    family("rs-unwrap-io", "rust", "panic",
           'called `Result::unwrap()` on an `Err` value: Os { code: 2, kind: NotFound, message: "No'
           ' such file or directory" }',
           """thread 'tokio-runtime-worker' panicked at src/config.rs:§12:44:
{M}
stack backtrace:
   0: rust_begin_unwind
             at /rustc/{hexlong}/library/std/src/panicking.rs:645:5
   1: core::panicking::panic_fmt
             at /rustc/{hexlong}/library/core/src/panicking.rs:72:14
   2: core::result::unwrap_failed
             at /rustc/{hexlong}/library/core/src/result.rs:1653:5
   3: shop::config::load
             at ./src/config.rs:§12:44
   4: shop::main::{{closure}}
             at ./src/main.rs:§7:5
""", """thread 'main' panicked at src/config.rs:§12:44:
{M}
stack backtrace:
   0:     {ptr} - rust_begin_unwind
   1:     {ptr2} - core::panicking::panic_fmt::h{hex}{hex2}
   2:     {ptr3} - core::result::unwrap_failed::h{hex3}{hex4}
   3:     {ptr4} - shop::config::load::h{hex5}{hex6}
   4:     {ptr5} - shop::main::{{closure}}::h{hex7}{hex8}
"""),
    family("rs-unwrap-denied", "rust", "panic",
           'called `Result::unwrap()` on an `Err` value: Os { code: 13, kind: PermissionDenied,'
           ' message: "Permission denied" }',
           """thread 'tokio-runtime-worker' panicked at src/config.rs:§12:44:
{M}
stack backtrace:
   0: rust_begin_unwind
             at /rustc/{hexlong}/library/std/src/panicking.rs:645:5
   1: core::panicking::panic_fmt
             at /rustc/{hexlong}/library/core/src/panicking.rs:72:14
   2: core::result::unwrap_failed
             at /rustc/{hexlong}/library/core/src/result.rs:1653:5
   3: shop::config::load
             at ./src/config.rs:§12:44
   4: shop::main::{{closure}}
             at ./src/main.rs:§7:5
"""),
    # C++
    family("cc-bad-alloc", "cpp", "std::bad_alloc", "std::bad_alloc",
           """terminate called after throwing an instance of 'std::bad_alloc'
  what():  std::bad_alloc
#0  __pthread_kill_implementation (no_tid=0, signo=6) at ./nptl/pthread_kill.c:44
#1  0x00007f2a6c3a4f4f in raise (sig=sig@entry=6) at ../sysdeps/posix/raise.c:26
#2  0x00007f2a6c6a2919 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#3  {ptr} in std::vector<int, std::allocator<int> >::reserve (this={ptr2}, n={int}) at /usr/include/c++/12/bits/vector.tcc:79
#4  {ptr3} in shop::Index::grow (this={ptr2}, n={int}) at src/index.cpp:§33
#5  {ptr4} in main (argc=1, argv={ptr5}) at src/main.cpp:§9
""", """terminate called after throwing an instance of 'std::bad_alloc'
  what():  std::bad_alloc
#0  __pthread_kill_implementation (no_tid=0, signo=6) at ./nptl/pthread_kill.c:44
#1  0x00007f2a6c3a4f4f in raise (sig=sig@entry=6) at ../sysdeps/posix/raise.c:26
#2  0x00007f2a6c6a2919 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#3  {ptr3} in shop::Index::grow (this={ptr2}, n={int}) at src/index.cpp:§33
#4  {ptr4} in main (argc=1, argv={ptr5}) at src/main.cpp:§9
"""),
    family("cc-segv-parse", "cpp", "SIGSEGV", "Segmentation fault at address {ptr}",
           """./shopd(_ZN4shop6Parser5valueEv+0x1f) [{ptr2}]
./shopd(_ZN4shop6Parser6objectEv+0x7a) [{ptr3}]
./shopd(_ZN4shop6Parser5valueEv+0x33) [{ptr4}]
./shopd(main+0x84) [{ptr5}]
/lib/x86_64-linux-gnu/libc.so.6(+0x29d90) [{ptr6}]
""", """/usr/bin/shopd(_ZN4shop6Parser5valueEv+0x1f)[{ptr2}]
/usr/bin/shopd(_ZN4shop6Parser6objectEv+0x7a)[{ptr3}]
/usr/bin/shopd(_ZN4shop6Parser5valueEv+0x33)[{ptr4}]
/usr/bin/shopd(_ZN4shop6Parser6objectEv+0x7a)[{ptr3}]
/usr/bin/shopd(_ZN4shop6Parser5valueEv+0x33)[{ptr4}]
/usr/bin/shopd(main+0x84)[{ptr5}]
/lib64/libc.so.6(+0x3feb0)[{ptr6}]
"""),
    family("cc-segv-render", "cpp", "SIGSEGV", "Segmentation fault at address {ptr}",
           """./shopd(_ZN4shop8Renderer4drawEi+0x1f) [{ptr2}]
./shopd(main+0x84) [{ptr5}]
/lib/x86_64-linux-gnu/libc.so.6(+0x29d90) [{ptr6}]
"""),
    # Swift
    family("sw-unwrap-nil", "swift", "Fatal error",
           "Unexpectedly found nil while unwrapping an Optional value",
           """Shop/Cart.swift:§12: Fatal error: {M}
0   libswiftCore.dylib   0x00007fff2e7c1234 specialized _assertionFailure(_:_:file:line:flags:) + 384
1   Shop                 {ptr} Cart.total(_:) + 52 (Cart.swift:§12)
2   Shop                 {ptr2} closure #1 in CartView.body.getter + 88 (CartView.swift:§30)
3   SwiftUI              {ptr3} partial apply for closure #2 in Button.init(action:label:) + 12
""", """Shop/Cart.swift:§12: Fatal error: {M}
0   libswiftCore.dylib   0x00007fff2e7c1234 _assertionFailure(_:_:file:line:flags:) + 384
1   Shop                 {ptr} specialized Cart.total(_:) + 48 (Cart.swift:§12)
2   Shop                 {ptr2} closure #2 in CartView.body.getter + 80 (CartView.swift:§30)
3   SwiftUI              {ptr3} partial apply for closure #2 in Button.init(action:label:) + 12
"""),
    family("sw-unwrap-nil-profile", "swift", "Fatal error",
           "Unexpectedly found nil while unwrapping an Optional value",
           """Shop/Profile.swift:§12: Fatal error: {M}
0   libswiftCore.dylib   0x00007fff2e7c1234 specialized _assertionFailure(_:_:file:line:flags:) + 384
1   Shop                 {ptr} Profile.load(id:) + 52 (Profile.swift:§12)
2   SwiftUI              {ptr3} partial apply for closure #2 in Button.init(action:label:) + 12
"""),
    # No stack at all: log lines.
    family("log-upstream", "", "Error", "upstream {host}:{port} answered 502 after {ms} (request {hexlong})"),
    family("log-upstream-504", "", "Error", "upstream {host}:{port} answered 504 after {ms} (request {hexlong})"),
    family("log-job", "", "Error", "job {uuid} of {email} failed at {iso}: quota of {size} exceeded"),
    family("log-cert", "", "Error", "certificate of {host} expires {httptime}"),
    family("log-token", "", "Error", "token {token} rejected: signature mismatch"),
    family("log-token-expired", "", "Error", "token {token} rejected: expired"),
]
