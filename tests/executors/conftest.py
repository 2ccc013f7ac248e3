"""What tests of executors stand on."""

from tests.support.http_stub import stub

__all__ = ["stub"]
