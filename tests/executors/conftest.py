"""What tests of executors stand on."""

from tests.cli.conftest import synterm
from tests.support.http_stub import stub

__all__ = ["stub", "synterm"]
