"""Failures that the rules were developed with: the other languages, and lines without a stack."""

from family import family

GO_HTTP = """net/http.HandlerFunc.ServeHTTP({ptr5}, {{ptr6}, {ptr7}}, {ptr8})
	/usr/local/go/src/net/http/server.go:2136 +0x29
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:3086 +0x5cb
"""
GO_OTEL = """goroutine {small} [running]:
go.opentelemetry.io/otel/sdk/trace.recordStackTrace()
	/go/pkg/mod/go.opentelemetry.io/otel/sdk@v1.{small2}.0/trace/span.go:§350 +0x2e
go.opentelemetry.io/otel/sdk/trace.(*recordingSpan).RecordError({ptr}, {{ptr2}, {ptr3}})
	/go/pkg/mod/go.opentelemetry.io/otel/sdk@v1.{small2}.0/trace/span.go:§490 +0x63e
"""

GO = [
    family("go-index", "go", "runtime.boundsError", "index out of range [{small}] with length {small2}",
           """panic: runtime error: {M}

goroutine {int} [running]:
main.(*Server).charge(...)
	/srv/shop/main.go:§4
main.(*Server).run({ptr})
	/srv/shop/main.go:§7 +0x9f
main.main()
	/srv/shop/main.go:§8 +0x3d
""", """panic: runtime error: {M}

goroutine {int} [running]:
main.(*Server).charge({ptr}, 0x{hex})
	/home/ci/shop/main.go:§4 +0x1a
main.(*Server).run({ptr})
	/home/ci/shop/main.go:§7 +0x9f
main.main()
	/home/ci/shop/main.go:§8 +0x3d
"""),
    family("go-index-refund", "go", "runtime.boundsError",
           "index out of range [{small}] with length {small2}",
           """panic: runtime error: {M}

goroutine {int} [running]:
main.(*Server).refund(...)
	/srv/shop/main.go:§14
main.(*Server).run({ptr})
	/srv/shop/main.go:§7 +0x9f
main.main()
	/srv/shop/main.go:§8 +0x3d
"""),
    family("go-deadline", "go", "*url.Error",
           'Post "http://{host}:{port}/v1/charge?id={int}": context deadline exceeded',
           GO_OTEL + """github.com/acme/shop/pay.(*Client).Charge({ptr4}, 0x3)
	/build/pay/client.go:§40 +0x11
github.com/acme/shop/web.Handler.func2({ptr5}, {ptr6})
	/build/web/handler.go:§21 +0x3
""" + GO_HTTP),
    family("go-reset", "go", "*url.Error",
           'Post "http://{host}:{port}/v1/charge?id={int}": read tcp {ip}:{port2}->{ip2}:{port}: read:'
           " connection reset by peer",
           GO_OTEL + """github.com/acme/shop/pay.(*Client).Charge({ptr4}, 0x3)
	/build/pay/client.go:§40 +0x11
github.com/acme/shop/web.Handler.func2({ptr5}, {ptr6})
	/build/web/handler.go:§21 +0x3
""" + GO_HTTP),
    family("go-grpc", "go", "*status.Error",
           "rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while"
           " dialing: dial tcp {ip}:{port}: connect: connection refused\"",
           GO_OTEL + """github.com/acme/shop/stock.(*Client).Level({ptr4}, 0x3)
	/build/stock/client.go:§40 +0x11
""" + GO_HTTP),
    family("go-grpc-deadline", "go", "*status.Error",
           "rpc error: code = DeadlineExceeded desc = context deadline exceeded after {gotime}",
           GO_OTEL + """github.com/acme/shop/stock.(*Client).Level({ptr4}, 0x3)
	/build/stock/client.go:§40 +0x11
""" + GO_HTTP),
    family("go-open", "go", "*fs.PathError", "open {file}: no such file or directory",
           GO_OTEL + """github.com/acme/shop/export.Run({ptr4}, 0x3)
	/build/export/run.go:§40 +0x11
main.main.func1()
	/build/main.go:§3 +0x1
""", GO_OTEL + """github.com/acme/shop/export.Run({ptr4}, 0x3)
	/build/export/run.go:§40 +0x11
main.main.func2.1()
	/build/main.go:§3 +0x1
"""),
]

DOTNET = [
    family("cs-null", "dotnet", "System.NullReferenceException",
           "Object reference not set to an instance of an object.",
           """System.NullReferenceException: {M}
   at Acme.Cart.Totals.Sum(Cart cart) in /src/Cart/Totals.cs:line §20
   at Acme.Cart.CartController.Get(Guid id) in /src/Cart/CartController.cs:line §12
   at lambda_method{small}(Closure, Object, Object[])
   at Microsoft.AspNetCore.Mvc.Infrastructure.ActionMethodExecutor.SyncObjectResultExecutor.Execute(ActionContext actionContext)
""", """System.NullReferenceException: {M}
   at Acme.Cart.Totals.Sum(Cart cart) in C:\\agent\\_work\\Cart\\Totals.cs:line §20
   at Acme.Cart.CartController.Get(Guid id) in C:\\agent\\_work\\Cart\\CartController.cs:line §12
   at Microsoft.Extensions.Internal.ObjectMethodExecutor.Execute(Object target, Object[] parameters)
   at Microsoft.AspNetCore.Mvc.Infrastructure.ActionMethodExecutor.SyncActionResultExecutor.Execute(ActionContext actionContext)
"""),
    family("cs-null-discount", "dotnet", "System.NullReferenceException",
           "Object reference not set to an instance of an object.",
           """System.NullReferenceException: {M}
   at Acme.Cart.Totals.Discount(Cart cart) in /src/Cart/Totals.cs:line §40
   at Acme.Cart.CartController.Get(Guid id) in /src/Cart/CartController.cs:line §12
   at Microsoft.AspNetCore.Mvc.Infrastructure.ActionMethodExecutor.SyncObjectResultExecutor.Execute(ActionContext actionContext)
"""),
    family("cs-http-refused", "dotnet", "System.Net.Http.HttpRequestException",
           "Connection refused ({host}:{port})",
           """System.Net.Http.HttpRequestException: {M}
 ---> System.Net.Sockets.SocketException (111): Connection refused
   at System.Net.Sockets.Socket.AwaitableSocketAsyncEventArgs.ThrowException(SocketError error, CancellationToken cancellationToken)
   --- End of inner exception stack trace ---
   at System.Net.Http.HttpConnectionPool.ConnectToTcpHostAsync(String host, Int32 port)
   at Acme.Pay.Client.PostAsync(Order o) in /src/Pay/Client.cs:line §30
""", """System.Net.Http.HttpRequestException: {M}
 ---> System.Net.Sockets.SocketException (111): Connection refused
   at System.Net.Sockets.Socket.AwaitableSocketAsyncEventArgs.ThrowException(SocketError error, CancellationToken cancellationToken)
   at System.Net.Sockets.Socket.AwaitableSocketAsyncEventArgs.System.Threading.Tasks.Sources.IValueTaskSource.GetResult(Int16 token)
   --- End of inner exception stack trace ---
   at System.Net.Http.HttpConnectionPool.ConnectToTcpHostAsync(String host, Int32 port)
   at Acme.Pay.Client.<PostAsync>d__5.MoveNext() in /src/Pay/Client.cs:line §30
"""),
    family("cs-http-ssl", "dotnet", "System.Net.Http.HttpRequestException",
           "The SSL connection could not be established, see inner exception.",
           """System.Net.Http.HttpRequestException: {M}
 ---> System.Security.Authentication.AuthenticationException: The remote certificate is invalid according to the validation procedure: RemoteCertificateNameMismatch
   at System.Net.Security.SslStream.SendAuthResetSignal(ReadOnlySpan`1 alert)
   --- End of inner exception stack trace ---
   at Acme.Pay.Client.PostAsync(Order o) in /src/Pay/Client.cs:line §30
"""),
    family("cs-http-ssl-expired", "dotnet", "System.Net.Http.HttpRequestException",
           "The SSL connection could not be established, see inner exception.",
           """System.Net.Http.HttpRequestException: {M}
 ---> System.Security.Authentication.AuthenticationException: The remote certificate is invalid because of errors in the certificate chain: NotTimeValid
   at System.Net.Security.SslStream.SendAuthResetSignal(ReadOnlySpan`1 alert)
   --- End of inner exception stack trace ---
   at Acme.Pay.Client.PostAsync(Order o) in /src/Pay/Client.cs:line §30
"""),
    family("cs-format", "dotnet", "System.FormatException",
           "The input string '{word}-{int}' was not in a correct format.",
           """System.FormatException: {M}
   at System.Number.ThrowOverflowOrFormatException(ParsingStatus status, TypeCode type)
   at System.Int32.Parse(String s)
   at Acme.Import.Csv.<Rows>g__Cell|3_1(String s) in /src/Import/Csv.cs:line §9
   at Acme.Import.Csv.Rows(String file) in /src/Import/Csv.cs:line §14
""", """System.FormatException: {M}
   at System.Number.ThrowFormatException[TChar](ReadOnlySpan`1 value)
   at System.Int32.Parse(String s)
   at Acme.Import.Csv.<Rows>g__Cell|4_0(String s) in /src/Import/Csv.cs:line §9
   at Acme.Import.Csv.Rows(String file) in /src/Import/Csv.cs:line §14
"""),
    # A small method that the just-in-time compiler puts into its caller: its frame is gone.
    family("cs-jit-inlined", "dotnet", "System.DivideByZeroException", "Attempted to divide by zero.",
           """System.DivideByZeroException: {M}
   at Acme.Stats.Average.Divide(Int32 sum) in /src/Stats/Average.cs:line §8
   at Acme.Stats.Average.Of(Int32[] values) in /src/Stats/Average.cs:line §14
""", """System.DivideByZeroException: {M}
   at Acme.Stats.Average.Of(Int32[] values) in /src/Stats/Average.cs:line §14
""", cases=2),
]

RUBY = [
    family("rb-declined", "ruby", "Shop::CardError", "card of order #{int} declined",
           """{root}/lib/pay.rb:§10:in `charge': {M} (Shop::CardError)
	from {root}/lib/pay.rb:§20:in `block in run'
	from /usr/lib/ruby/gems/3.1.0/gems/activerecord-7.0.4/lib/active_record/transactions.rb:§209:in `transaction'
	from {root}/lib/pay.rb:§18:in `run'
""", """{root}/lib/pay.rb:§10:in 'Shop::Pay#charge': {M} (Shop::CardError)
	from {root}/lib/pay.rb:§20:in 'block in Shop::Pay#run'
	from /usr/lib/ruby/gems/3.4.0/gems/activerecord-8.0.1/lib/active_record/transactions.rb:§233:in 'ActiveRecord::Transactions::ClassMethods#transaction'
	from {root}/lib/pay.rb:§18:in 'Shop::Pay#run'
"""),
    family("rb-declined-refund", "ruby", "Shop::CardError", "card of order #{int} declined",
           """{root}/lib/pay.rb:§30:in `refund': {M} (Shop::CardError)
	from {root}/lib/pay.rb:§18:in `run'
"""),
    family("rb-redis", "ruby", "Redis::CannotConnectError",
           "Error connecting to Redis on {ip}:{port} (Errno::ECONNREFUSED)",
           """/usr/lib/ruby/gems/3.1.0/gems/redis-4.8.0/lib/redis/client.rb:§398:in `rescue in establish_connection': {M} (Redis::CannotConnectError)
	from /usr/lib/ruby/gems/3.1.0/gems/redis-4.8.0/lib/redis/client.rb:§379:in `establish_connection'
	from {root}/app/models/cart.rb:§9:in `lock'
"""),
    family("rb-redis-timeout", "ruby", "Redis::CannotConnectError",
           "Error connecting to Redis on {ip}:{port} (Redis::TimeoutError)",
           """/usr/lib/ruby/gems/3.1.0/gems/redis-4.8.0/lib/redis/client.rb:§398:in `rescue in establish_connection': {M} (Redis::CannotConnectError)
	from /usr/lib/ruby/gems/3.1.0/gems/redis-4.8.0/lib/redis/client.rb:§379:in `establish_connection'
	from {root}/app/models/cart.rb:§9:in `lock'
"""),
    family("rb-not-found", "ruby", "ActiveRecord::RecordNotFound",
           "Couldn't find Order with 'id'={int}",
           """/usr/lib/ruby/gems/3.1.0/gems/activerecord-7.0.4/lib/active_record/core.rb:§284:in `find': {M} (ActiveRecord::RecordNotFound)
	from {root}/app/controllers/orders_controller.rb:§7:in `show'
"""),
    family("rb-not-found-user", "ruby", "ActiveRecord::RecordNotFound",
           "Couldn't find User with 'id'={int}",
           """/usr/lib/ruby/gems/3.1.0/gems/activerecord-7.0.4/lib/active_record/core.rb:§284:in `find': {M} (ActiveRecord::RecordNotFound)
	from {root}/app/controllers/orders_controller.rb:§7:in `show'
"""),
    family("rb-undefined", "ruby", "NoMethodError", "undefined method `price' for nil",
           """{root}/app/models/line.rb:§4:in `total': {M} (NoMethodError)
	from {root}/app/models/cart.rb:§9:in `sum'
""", """{root}/app/models/line.rb:§4:in `total': {M} (NoMethodError)
	from {root}/app/models/cart.rb:§9:in `block in sum'
	from {root}/app/models/cart.rb:§9:in `each'
	from {root}/app/models/cart.rb:§9:in `sum'
"""),
]

PHP = [
    family("php-undefined-key", "php", "ErrorException", 'Undefined array key "price"',
           """ErrorException: {M} in {root}/src/Cart.php:§20
Stack trace:
#0 {root}/src/Cart.php(§20): Acme\\ErrorHandler->handle(2, 'Undefined array...', '/srv/shop/src/Ca...', {small})
#1 {root}/src/Http/Show.php(§9): Acme\\Cart->total(Array)
#2 {root}/vendor/laravel/framework/src/Illuminate/Routing/Controller.php(54): Acme\\Http\\Show->__invoke()
#3 {main}
"""),
    family("php-undefined-key-qty", "php", "ErrorException", 'Undefined array key "qty"',
           """ErrorException: {M} in {root}/src/Cart.php:§20
Stack trace:
#0 {root}/src/Cart.php(§20): Acme\\ErrorHandler->handle(2, 'Undefined array...', '/srv/shop/src/Ca...', {small})
#1 {root}/src/Http/Show.php(§9): Acme\\Cart->total(Array)
#2 {root}/vendor/laravel/framework/src/Illuminate/Routing/Controller.php(54): Acme\\Http\\Show->__invoke()
#3 {main}
"""),
    family("php-curl", "php", "GuzzleHttp\\Exception\\ConnectException",
           "cURL error 28: Operation timed out after {int} milliseconds with 0 bytes received (see"
           " https://curl.haxx.se/libcurl/c/libcurl-errors.html) for https://{host}/charge/{uuid}",
           """GuzzleHttp\\Exception\\ConnectException: {M} in {root}/vendor/guzzlehttp/guzzle/src/Handler/CurlFactory.php:§210
Stack trace:
#0 {root}/vendor/guzzlehttp/guzzle/src/Handler/CurlFactory.php(§158): GuzzleHttp\\Handler\\CurlFactory::createRejection(Object(GuzzleHttp\\Handler\\EasyHandle), Array)
#1 {root}/src/Pay.php(§30): GuzzleHttp\\Client->post('https://pay.int...', Array)
#2 {root}/src/Http/Checkout.php(§9): Acme\\Pay->charge({int})
#3 {main}
"""),
    family("php-curl-dns", "php", "GuzzleHttp\\Exception\\ConnectException",
           "cURL error 6: Could not resolve host: {host} (see"
           " https://curl.haxx.se/libcurl/c/libcurl-errors.html) for https://{host}/charge/{uuid}",
           """GuzzleHttp\\Exception\\ConnectException: {M} in {root}/vendor/guzzlehttp/guzzle/src/Handler/CurlFactory.php:§210
Stack trace:
#0 {root}/vendor/guzzlehttp/guzzle/src/Handler/CurlFactory.php(§158): GuzzleHttp\\Handler\\CurlFactory::createRejection(Object(GuzzleHttp\\Handler\\EasyHandle), Array)
#1 {root}/src/Pay.php(§30): GuzzleHttp\\Client->post('https://pay.int...', Array)
#2 {root}/src/Http/Checkout.php(§9): Acme\\Pay->charge({int})
#3 {main}
"""),
    family("php-next", "php", "RuntimeException", "cannot export report {hexlong}",
           """PDOException: SQLSTATE[42S02]: Base table or view not found: 1146 Table 'shop.report_{small}' doesn't exist in {root}/src/Db.php:§12
Stack trace:
#0 {root}/src/Report.php(§20): Acme\\Db->query('SELECT * FROM r...')
#1 {main}

Next RuntimeException: {M} in {root}/src/Report.php:§22
Stack trace:
#0 {root}/bin/report.php(§5): Acme\\Report->export({int})
#1 {main}
"""),
    family("php-next-timeout", "php", "RuntimeException", "cannot export report {hexlong}",
           """PDOException: SQLSTATE[HY000]: General error: 1205 Lock wait timeout exceeded; try restarting transaction in {root}/src/Db.php:§12
Stack trace:
#0 {root}/src/Report.php(§20): Acme\\Db->query('SELECT * FROM r...')
#1 {main}

Next RuntimeException: {M} in {root}/src/Report.php:§22
Stack trace:
#0 {root}/bin/report.php(§5): Acme\\Report->export({int})
#1 {main}
"""),
    family("php-closure", "php", "InvalidArgumentException", "Unsupported currency for order {int}",
           """InvalidArgumentException: {M} in {root}/src/Money.php:§7
Stack trace:
#0 {root}/src/Cart.php(§31): Acme\\Money::of('EUR', {float})
#1 [internal function]: Acme\\Cart->Acme\\{closure}(Object(Acme\\Line))
#2 {root}/src/Cart.php(§33): array_map(Object(Closure), Array)
#3 {main}
""", """InvalidArgumentException: {M} in {root}/src/Money.php:§7
Stack trace:
#0 {root}/src/Cart.php(§31): Acme\\Money::of('EUR', {float})
#1 [internal function]: Acme\\Cart->{closure:Acme\\Cart::total():{small}}(Object(Acme\\Line))
#2 {root}/src/Cart.php(§33): array_map(Object(Closure), Array)
#3 {main}
"""),
]

RUST_HEAD = """stack backtrace:
   0: rust_begin_unwind
             at /rustc/{hexlong}/library/std/src/panicking.rs:645:5
   1: core::panicking::panic_fmt
             at /rustc/{hexlong}/library/core/src/panicking.rs:72:14
"""
RUST_HEAD_NEW = """stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/{hexlong}/library/std/src/panicking.rs:689:5
   1: core::panicking::panic_fmt
             at /rustc/{hexlong}/library/core/src/panicking.rs:80:14
"""

RUST = [
    family("rs-bounds", "rust", "panic", "index out of bounds: the len is {small} but the index is {small2}",
           """thread 'main' panicked at src/cart.rs:§12:9:
{M}
""" + RUST_HEAD + """   2: core::panicking::panic_bounds_check
             at /rustc/{hexlong}/library/core/src/panicking.rs:208:5
   3: <usize as core::slice::index::SliceIndex<[T]>>::index
             at /rustc/{hexlong}/library/core/src/slice/index.rs:255:10
   4: shop::cart::total
             at ./src/cart.rs:§12:9
   5: shop::main
             at ./src/main.rs:§5:5
""", """thread 'main' ({int}) panicked at src/cart.rs:§12:9:
{M}
""" + RUST_HEAD_NEW + """   2: core::panicking::panic_bounds_check
             at /rustc/{hexlong}/library/core/src/panicking.rs:271:5
   3: shop::cart::total
             at ./src/cart.rs:§12:9
   4: shop::main
             at ./src/main.rs:§5:5
   5: core::ops::function::FnOnce::call_once
             at /rustc/{hexlong}/library/core/src/ops/function.rs:250:5
"""),
    family("rs-bounds-tax", "rust", "panic", "index out of bounds: the len is {small} but the index is {small2}",
           """thread 'main' panicked at src/cart.rs:§30:9:
{M}
""" + RUST_HEAD + """   2: core::panicking::panic_bounds_check
             at /rustc/{hexlong}/library/core/src/panicking.rs:208:5
   3: shop::cart::tax
             at ./src/cart.rs:§30:9
   4: shop::main
             at ./src/main.rs:§5:5
"""),
    family("rs-closure", "rust", "panic", "no price for item {int}",
           """thread 'main' panicked at src/cart.rs:§20:9:
{M}
""" + RUST_HEAD + """   2: shop::cart::sum::{{closure}}
             at ./src/cart.rs:§20:9
   3: core::iter::adapters::map::map_fold::{{closure}}
             at /rustc/{hexlong}/library/core/src/iter/adapters/map.rs:84:28
   4: shop::cart::sum
             at ./src/cart.rs:§19:5
""", """thread 'main' panicked at src/cart.rs:§20:9:
{M}
""" + RUST_HEAD_NEW + """   2: shop::cart::sum::{closure#0}
             at ./src/cart.rs:§20:9
   3: <core::iter::adapters::map::Map<I,F> as core::iter::traits::iterator::Iterator>::fold
             at /rustc/{hexlong}/library/core/src/iter/adapters/map.rs:128:19
   4: shop::cart::sum
             at ./src/cart.rs:§19:5
"""),
    family("rs-anyhow-refused", "rust", "anyhow::Error", "cannot charge order {uuid}",
           """Error: {M}

Caused by:
    0: cannot reach {host}
    1: Connection refused (os error 111)

Stack backtrace:
   0: anyhow::error::<impl anyhow::Error>::msg
             at /root/.cargo/registry/src/index.crates.io-{hex}/anyhow-1.0.{small}/src/error.rs:§83:36
   1: shop::pay::charge
             at ./src/pay.rs:§12:9
"""),
    family("rs-anyhow-declined", "rust", "anyhow::Error", "cannot charge order {uuid}",
           """Error: {M}

Caused by:
    card declined: insufficient funds

Stack backtrace:
   0: anyhow::error::<impl anyhow::Error>::msg
             at /root/.cargo/registry/src/index.crates.io-{hex}/anyhow-1.0.{small}/src/error.rs:§83:36
   1: shop::pay::charge
             at ./src/pay.rs:§12:9
"""),
    family("rs-hash", "rust", "panic", "attempt to subtract with overflow",
           """thread 'worker-{small}' panicked at src/stock.rs:§44:9:
{M}
stack backtrace:
   0:     {ptr} - std::panicking::begin_panic_handler::{{closure}}::h{hex}{hex2}
   1:     {ptr2} - core::panicking::panic_const::panic_const_sub_overflow::h{hex3}{hex4}
   2:     {ptr3} - shop::stock::Level::take::h{hex5}{hex6}
   3:     {ptr4} - shop::web::handle::h{hex7}{hex8}
   4:     {ptr5} - tokio::runtime::task::core::Core<T,S>::poll::h{hex}{hex6}
"""),
    family("rs-hash-put", "rust", "panic", "attempt to add with overflow",
           """thread 'worker-{small}' panicked at src/stock.rs:§54:9:
{M}
stack backtrace:
   0:     {ptr} - std::panicking::begin_panic_handler::{{closure}}::h{hex}{hex2}
   1:     {ptr2} - core::panicking::panic_const::panic_const_add_overflow::h{hex3}{hex4}
   2:     {ptr3} - shop::stock::Level::take::h{hex5}{hex6}
   3:     {ptr4} - shop::web::handle::h{hex7}{hex8}
"""),
]

CPP = [
    family("cc-uaf", "cpp", "heap-use-after-free",
           "heap-use-after-free on address {ptr} at pc {ptr2} bp {ptr3} sp {ptr4}",
           """=={int}==ERROR: AddressSanitizer: {M}
READ of size 4 at {ptr} thread T0
    #0 {ptr2} in shop::charge(int, std::vector<int, std::allocator<int>> const&) /srv/shop/pay.cpp:§8:135
    #1 {ptr5} in int shop::Cart::total<int>(int)::'lambda'(int)::operator()(int) const /srv/shop/pay.cpp:§9:90
    #2 {ptr6} in std::function<int (int)>::operator()(int) const /usr/include/c++/12/bits/std_function.h:591:9
    #3 {ptr7} in main /srv/shop/pay.cpp:§10:60
    #4 {ptr8} in __libc_start_main csu/../csu/libc-start.c:360:3
""", """=={int}==ERROR: AddressSanitizer: {M}
READ of size 4 at {ptr} thread T{small}
    #0 {ptr2} in shop::charge(int, std::vector<int, std::allocator<int>> const&) /home/ci/shop/pay.cpp:§8:135
    #1 {ptr5} in shop::Cart::total<int>(int)::{lambda(int)#1}::operator()(int) const /home/ci/shop/pay.cpp:§9:90
    #2 {ptr7} in main /home/ci/shop/pay.cpp:§10:60
    #3 {ptr8} in __libc_start_call_main (/lib/x86_64-linux-gnu/libc.so.6+0x29d90) (BuildId: {hexlong})
"""),
    family("cc-uaf-refund", "cpp", "heap-use-after-free",
           "heap-use-after-free on address {ptr} at pc {ptr2} bp {ptr3} sp {ptr4}",
           """=={int}==ERROR: AddressSanitizer: {M}
READ of size 4 at {ptr} thread T0
    #0 {ptr2} in shop::refund(int) /srv/shop/pay.cpp:§18:135
    #1 {ptr7} in main /srv/shop/pay.cpp:§10:60
    #2 {ptr8} in __libc_start_main csu/../csu/libc-start.c:360:3
"""),
    family("cc-abort", "cpp", "std::out_of_range",
           "vector::_M_range_check: __n (which is {int}) >= this->size() (which is {int2})",
           """terminate called after throwing an instance of 'std::out_of_range'
  what():  {M}
 0# shop::Index::at(unsigned long) const at /srv/shop/index.cpp:§12
 1# shop::Index::find(std::string const&) const at /srv/shop/index.cpp:§40
 2# main at /srv/shop/main.cpp:§9
 3# __libc_start_main in /lib/x86_64-linux-gnu/libc.so.6
""", """terminate called after throwing an instance of 'std::out_of_range'
  what():  {M}
 0# shop::Index::at(unsigned long) const [clone .cold] at /home/ci/index.cpp:§12
 1# shop::Index::find(std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > const&) const at /home/ci/index.cpp:§40
 2# main at /home/ci/main.cpp:§9
 3# __libc_start_main in /usr/lib/libc.so.6
"""),
    family("cc-abort-remove", "cpp", "std::out_of_range",
           "vector::_M_range_check: __n (which is {int}) >= this->size() (which is {int2})",
           """terminate called after throwing an instance of 'std::out_of_range'
  what():  {M}
 0# shop::Index::at(unsigned long) const at /srv/shop/index.cpp:§12
 1# shop::Index::remove(std::string const&) at /srv/shop/index.cpp:§60
 2# main at /srv/shop/main.cpp:§9
 3# __libc_start_main in /lib/x86_64-linux-gnu/libc.so.6
"""),
    family("cc-mangled", "cpp", "SIGABRT", "assertion failed: queue.size() < {int}",
           """./shopd(_ZN4shop5traceEv+0x1f)[{ptr}]
./shopd(_ZN4shop5Queue4pushERKSs+0x14)[{ptr2}]
./shopd(_ZZN4shop6Server3runEvENKUlvE_clEv+0x23)[{ptr3}]
./shopd(main+0x84)[{ptr4}]
/lib/x86_64-linux-gnu/libc.so.6(__libc_start_main+0x85)[{ptr5}]
""", """/opt/shop/bin/shopd(_ZN4shop5traceEv+0x2f) [{ptr}]
/opt/shop/bin/shopd(_ZN4shop5Queue4pushERKSs+0x99) [{ptr2}]
/opt/shop/bin/shopd(_ZZN4shop6Server3runEvENKUlvE_clEv+0x11) [{ptr3}]
/opt/shop/bin/shopd(main+0x7) [{ptr4}]
/lib64/libc.so.6(+0x3feb0) [{ptr5}]
"""),
    family("cc-gdb-div", "cpp", "SIGFPE", "Arithmetic exception",
           """#0  {ptr} in shop::average (n={int}) at src/stats.cpp:§9
#1  {ptr2} in shop::report (id={int2}) at src/report.cpp:§40
#2  {ptr3} in main () at src/main.cpp:§7
"""),
    family("cc-gdb-div-median", "cpp", "SIGFPE", "Arithmetic exception",
           """#0  {ptr} in shop::median (n={int}) at src/stats.cpp:§29
#1  {ptr2} in shop::report (id={int2}) at src/report.cpp:§40
#2  {ptr3} in main () at src/main.cpp:§7
"""),
]

SWIFT = [
    family("sw-range", "swift", "Fatal error", "Index out of range",
           """Swift/ContiguousArrayBuffer.swift:600: Fatal error: Index out of range
0   libswiftCore.dylib   0x00007fff2e7c1234 specialized _assertionFailure(_:_:file:line:flags:) + 384
1   libswiftCore.dylib   0x00007fff2e7c5678 specialized Array.subscript.getter + 100
2   Shop                 {ptr} Cart.line(at:) + 52 (Cart.swift:§12)
3   Shop                 {ptr2} CartView.body.getter + 88 (CartView.swift:§30)
""", """Swift/ContiguousArrayBuffer.swift:675: Fatal error: Index out of range
Thread 0 "shop" crashed:

0 [inlined] [system] 0x00007f{hex} Array._checkSubscript(_:wasNativeTypeChecked:) in libswiftCore.so at /home/build/Array.swift:1:2
1 [ra] {ptr} Cart.line(at:) + 52 in Shop at /srv/Sources/Cart.swift:§12:9
2 [ra] {ptr2} CartView.body.getter + 88 in Shop at /srv/Sources/CartView.swift:§30:9
"""),
    family("sw-range-checkout", "swift", "Fatal error", "Index out of range",
           """Swift/ContiguousArrayBuffer.swift:600: Fatal error: Index out of range
0   libswiftCore.dylib   0x00007fff2e7c1234 specialized _assertionFailure(_:_:file:line:flags:) + 384
1   Shop                 {ptr} Checkout.step(_:) + 52 (Checkout.swift:§12)
2   Shop                 {ptr2} CartView.body.getter + 88 (CartView.swift:§30)
"""),
    family("sw-closure", "swift", "Fatal error", "Duplicate keys of type 'String' were found in a Dictionary.",
           """Fatal error: {M}
0   libswiftCore.dylib   {ptr} KEY_TYPE_OF_DICTIONARY_VIOLATES_HASHABLE_REQUIREMENTS(_:) + 1200
1   Shop                 {ptr2} closure #1 in Store.load(_:) + 52 (Store.swift:§40)
2   Shop                 {ptr3} partial apply for closure #1 in Store.load(_:) + 12
3   Shop                 {ptr4} Store.load(_:) + 120 (Store.swift:§38)
""", """Fatal error: {M}
0   libswiftCore.dylib   {ptr} KEY_TYPE_OF_DICTIONARY_VIOLATES_HASHABLE_REQUIREMENTS(_:) + 1260
1   Shop                 {ptr2} closure #3 in Store.load(_:) + 52 (Store.swift:§40)
2   Shop                 {ptr4} specialized Store.load(_:) + 120 (Store.swift:§38)
"""),
    family("sw-decode", "swift", "DecodingError",
           'keyNotFound(CodingKeys(stringValue: "price", intValue: nil), Swift.DecodingError.Context(codingPath: [_JSONKey(stringValue: "Index {small}", intValue: {small})], debugDescription: "No value associated with key CodingKeys(stringValue: \\"price\\", intValue: nil) (\\"price\\").", underlyingError: nil))',
           """0   Shop   {ptr} Line.init(from:) + 52 (Line.swift:§9)
1   Shop   {ptr2} Feed.load() + 88 (Feed.swift:§30)
"""),
    family("sw-url-timeout", "swift", "NSURLErrorDomain",
           "Error Domain=NSURLErrorDomain Code=-1001 \"The request timed out.\" UserInfo={NSErrorFailingURLStringKey=https://{host}/v1/items/{int}, _kCFStreamErrorCodeKey=-2102}",
           """0   Shop   {ptr} Feed.fetch(_:) + 52 (Feed.swift:§9)
"""),
    family("sw-url-offline", "swift", "NSURLErrorDomain",
           "Error Domain=NSURLErrorDomain Code=-1009 \"The Internet connection appears to be offline.\" UserInfo={NSErrorFailingURLStringKey=https://{host}/v1/items/{int}, _kCFStreamErrorCodeKey=50}",
           """0   Shop   {ptr} Feed.fetch(_:) + 52 (Feed.swift:§9)
"""),
]

LOGS = [
    family("log-order", "", "Error", "order {uuid} of customer {int} declined after {ms}", cases=8),
    family("log-order-hex", "", "Error", "payment {hex} declined", cases=8),
    family("log-commit", "", "Error", "build of commit {hexlong} failed", cases=6),
    family("log-addr", "", "Error", "no route to [{ipv}]:{port}", cases=6),
    family("log-pod", "", "Error", "pod checkout-{pod} was evicted", cases=8),
    family("log-pod-users", "", "Error", "pod users-{pod} was evicted", cases=8),
    family("log-time", "", "Error", "lock taken at {iso} by worker-{small} expired", cases=6),
    family("log-sqltime", "", "Error", "row of {sqltime} is older than {date} {clock}", cases=4),
    family("log-mail", "", "Error", "mail to {email} bounced: mailbox full", cases=6),
    family("log-mail-unknown", "", "Error", "mail to {email} bounced: user unknown", cases=6),
    family("log-file", "", "Error", "cannot read {file}: permission denied", cases=6),
    family("log-list", "", "Error", "missing items: [{ids}]", cases=8),
    family("log-kv", "", "Error", "request failed request_id={key} user={word} status=500 duration={ms}", cases=8),
    family("log-kv-404", "", "Error", "request failed request_id={key} user={word} status=404 duration={ms}", cases=8),
    family("log-quoted", "", "Error", "unknown coupon \"{word}{int}\"", cases=6),
    family("log-disk", "", "Error", "disk /dev/sda{small} has {size} left of {size2} ({float}%)", cases=6),
    family("log-exit", "", "Error", "process {int} exited with code 137", cases=4),
    family("log-exit-1", "", "Error", "process {int} exited with code 1", cases=4),
    family("log-jwt", "", "Error", "bad session {token}", cases=6),
]

FAMILIES = GO + DOTNET + RUBY + PHP + RUST + CPP + SWIFT + LOGS
