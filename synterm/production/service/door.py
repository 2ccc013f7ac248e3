"""Who may come in: whoever calls the service by a name of its own, and has the token."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from hmac import compare_digest
from ipaddress import ip_address
from pathlib import Path

from aiohttp import web

from synterm.errors import UsageError
from synterm.production.service.answers import RefusedError

_SHORTEST = 16
_ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 - what is served there needs a token
_ITSELF = ("localhost", "127.0.0.1", "::1")
_MOST_KNOWN = 100


class Door:
    """Lets in who names one of `names` in the Host header, and shows the token where there is one.

    Another site's page, whose name was made to point here, names its own. An address can't be made to point elsewhere,
    so where all addresses are served (`host` is 0.0.0.0 or ::), each of them will do.
    """

    def __init__(self, host: str, names: Iterable[str] = (), token: str | None = None) -> None:
        # No page of another site is at home under the names that every machine calls itself by.
        self._names = {name.lower() for name in (host, *_ITSELF, *names)}
        self._any_address = host in _ALL_ADDRESSES
        self._known: set[str] = set()
        self._token = None if token is None else _digest(token.encode())

    @property
    def asks_for_token(self) -> bool:
        """Whether there is one to show."""
        return self._token is not None

    def check_host(self, request: web.BaseRequest) -> None:
        """Raise RefusedError unless the request came by a name of this service."""
        named = request.headers.getall("Host", ())
        host = named[0] if len(named) == 1 else ""
        if host in self._known:
            return
        if not self._is_ours(host):
            raise RefusedError(
                403, "wrong_host", "This service is not called so.", "Name it with --allow-host when it is started."
            )
        if len(self._known) < _MOST_KNOWN:
            self._known.add(host)

    def check_token(self, request: web.BaseRequest) -> None:
        """Raise RefusedError unless the request shows the token, or there is none."""
        if self._token is None:
            return
        shown = _shown(request)
        if shown is None:
            raise _unauthorized("no_token", "This service asks for its token.")
        if not compare_digest(_digest(shown.encode("utf-8", "surrogateescape")), self._token):
            raise _unauthorized("wrong_token", "This is not the token of this service.")

    def _is_ours(self, host: str) -> bool:
        name = _name_of(host)
        return name in self._names or (self._any_address and _is_address(name))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def read_token(file: Path) -> str:
    """The token in a file; the white space around it is no part of it. Raises UsageError."""
    try:
        text = file.read_text(encoding="ascii")
    except UnicodeDecodeError as error:
        raise UsageError("a token is ASCII", where=str(file)) from error
    except OSError as error:
        raise UsageError(f"the token can't be read: {error.strerror}", where=str(file)) from error
    return fit_token(text.strip(), str(file))


def fit_token(token: str, where: str) -> str:
    """`token`, where it can be one. Raises UsageError, which does not quote it."""
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise UsageError("a token is one word of printable ASCII", where=where)
    if len(token) < _SHORTEST:
        hint = 'python -c "import secrets; print(secrets.token_urlsafe(32))" makes one'
        raise UsageError(
            f"a token has at least {_SHORTEST} characters, this one has {len(token)}", hint=hint, where=where
        )
    return token


def _shown(request: web.BaseRequest) -> str | None:
    """What is shown as the token: ``Authorization: Bearer TOKEN``, or ``x-api-key: TOKEN``, as LiteLLM sends it."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return request.headers.get("x-api-key")


def _unauthorized(reason: str, message: str) -> RefusedError:
    return RefusedError(401, reason, message, "Send it as: Authorization: Bearer TOKEN", {"WWW-Authenticate": "Bearer"})


def _digest(token: bytes) -> bytes:
    """Of one length, so that comparing takes as long for each."""
    return hashlib.sha256(token).digest()


def _name_of(host: str) -> str:
    """The name in a Host header, without the port and an address's brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
