"""Which clusters a run may use: those of this machine, those that ask for a certificate or a token, and those the user
named."""

from __future__ import annotations

import ipaddress

from synterm.errors import ExecutorError
from synterm.settings import load_settings, settings_path


def on_this_machine(host: str) -> bool:
    """Whether only this machine reaches `host`: ``localhost``, ``127.0.0.1``, ``::1``. Names are not looked up."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def require_trusted(address: str, host: str, instead: str) -> None:
    """Raises ExecutorError for a cluster without a login on another machine, unless the settings name its address.

    Who reaches such a one runs programs on its workers, and, since what its scheduler sends is unpickled, as the user
    on this machine too. `instead`: what would be better.
    """
    if on_this_machine(host) or address in load_settings().trusted_clusters:
        return
    raise ExecutorError(
        f"{address} can be reached from other machines and asks nobody who they are: whoever reaches it can run "
        "programs on its workers, and on this machine as you",
        hint=f'{instead}; or, where only people you trust can reach it: trusted_clusters = ["{address}"] '
        f"in {settings_path()}",
    )
