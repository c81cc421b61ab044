"""A shop that fails in known ways and reports it by sentry-sdk, to the DSN in SENTRY_DSN;
compressed with SHOP_COMPRESSION (gzip or br)."""

import logging
import os

import sentry_sdk
from sentry_sdk.integrations.argv import ArgvIntegration
from sentry_sdk.integrations.modules import ModulesIntegration

# What tells of the machine is left out, so that recorded requests are the same everywhere.
sentry_sdk.init(
    dsn=os.environ["SENTRY_DSN"], release="shop@1.2.0", environment="test", server_name="shop-1",
    disabled_integrations=[ArgvIntegration(), ModulesIntegration()],
    _experiments={"transport_compression_algo": os.environ.get("SHOP_COMPRESSION", "gzip")})


class OrderError(Exception):
    pass


def parse_order(text):
    return int(text)


def charge(order_id):
    try:
        parse_order("many")
    except ValueError as error:
        raise OrderError(f"cannot charge order {order_id}") from error


def report(action, change=lambda scope: None):
    with sentry_sdk.new_scope() as scope:
        change(scope)
        try:
            action()
        except Exception:
            sentry_sdk.capture_exception()


def fail_in_a_group():
    raise ExceptionGroup("both failed", [IndexError("too far"), TypeError("too odd")])


# Two occurrences of one signature: the number differs.
report(lambda: charge(1001))
report(lambda: charge(1002))
report(fail_in_a_group)
report(lambda: {}["name"], lambda scope: scope.set_tag("service", "users"))
logging.getLogger("shop").error("user %s has no %s", 4711, "name")
sentry_sdk.capture_message("the disk is almost full", level="error")
# Below error: counted, not kept.
sentry_sdk.capture_message("the shop is open", level="info")
sentry_sdk.flush(10)
