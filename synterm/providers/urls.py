"""What a URL of an endpoint names: a scheme, a host and a port, and whether that is this machine."""

from __future__ import annotations

import ipaddress
import re

# Strict on purpose: what one parser takes for the host, another may take for a user name.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?(/[\w./~%+=@,:-]*)?",
    re.I | re.A,
)
_PORTS = {"https": "443", "http": "80"}


def origin(url: str) -> str | None:
    """``https://host`` or ``https://host:8443``, in lower case; None for what is no plain http(s) URL."""
    match = _URL.fullmatch(url)
    if match is None:
        return None
    scheme, host, port = match["scheme"].lower(), match["host"].lower(), match["port"]
    return f"{scheme}://{host}" if port in (None, _PORTS[scheme]) else f"{scheme}://{host}:{int(port)}"


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine: ``localhost`` or a loopback address."""
    match = _URL.fullmatch(url)
    if match is None:
        return False
    host = match["host"].lower().strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
