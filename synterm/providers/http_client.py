"""The HTTP client that calls go through in this process: no cookies kept, no proxy, certificates checked."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

    import aiohttp


def open_client() -> aiohttp.ClientSession:
    """A client without limits of its own: those who call bound time, size and number."""
    load_aiohttp()
    import aiohttp

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        trust_env=False,
    )


def load_aiohttp() -> None:
    """Import aiohttp without the certificates that it would read for two contexts of its own: that takes half of its
    import, and calls here bring their own context."""
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = os.devnull
    try:
        import_module("aiohttp")
    finally:
        if before is None:
            del os.environ["SSL_CERT_FILE"]
        else:
            os.environ["SSL_CERT_FILE"] = before


@cache
def tls() -> ssl.SSLContext:
    """What certificates are checked by: the system's list and, as not every system has one, certifi's."""
    import ssl

    import certifi

    context = ssl.create_default_context()
    if not os.environ.get("SSL_CERT_FILE"):
        context.load_verify_locations(certifi.where())
    return context
