"""Who may come in: only browsers that were given the link, and only under the address that is served."""

from __future__ import annotations

import secrets
from hmac import compare_digest

from aiohttp import web
from aiohttp.typedefs import Handler

REFUSED = """\
<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>synterm</title>
<h1>This link is not complete</h1>
<p>Open the whole link that <code>synterm serve</code> printed on the terminal, <code>token=…</code> and all.</p>
</html>
"""


class Gate:
    """A new token for each start; asks for it, or for the cookie that it was exchanged for, on every route."""

    def __init__(self, host: str, port: int) -> None:
        name = f"[{host}]" if ":" in host else host
        self.address = name if port == 80 else f"{name}:{port}"
        """What a browser that was not led here by another name says in its Host header."""
        self._token = secrets.token_urlsafe(32)
        # Cookies know no ports: two that are served from one machine must not take each other's.
        self._cookie = f"synterm_{port}"
        self._headers = _headers(self.address)

    @property
    def origin(self) -> str:
        """Where the page comes from."""
        return f"http://{self.address}"

    @property
    def link(self) -> str:
        """What to open."""
        return f"{self.origin}/?token={self._token}"

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request in, exchange the token for a cookie, or answer 403."""
        if request.headers.get("Host") != self.address:
            # Otherwise a page of another site, whose name was made to point here, would be at home.
            raise web.HTTPForbidden(text=f"This is served as {self.origin} only.\n")
        if request.path == "/" and self._fits(request.query.get("token")):
            return self._welcome()
        if not self._fits(request.cookies.get(self._cookie)):
            return web.Response(status=403, text=REFUSED, content_type="text/html")
        if "Upgrade" in request.headers and request.headers.get("Origin") != self.origin:
            raise web.HTTPForbidden(text="Only the page of this server may connect.\n")
        return await handler(request)

    async def add_headers(self, _request: web.Request, response: web.StreamResponse) -> None:
        """What every answer says, errors too."""
        response.headers.update(self._headers)

    def _fits(self, given: str | None) -> bool:
        return given is not None and compare_digest(given.encode("utf-8", "replace"), self._token.encode())

    def _welcome(self) -> web.Response:
        answer = web.Response(status=303, headers={"Location": "/"})
        answer.set_cookie(self._cookie, self._token, httponly=True, samesite="Strict", path="/")
        return answer


def _headers(address: str) -> dict[str, str]:
    policy = [
        "default-src 'none'",
        "script-src 'self'",
        # The terminal of the page writes its sizes and colours into style elements.
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self'",
        "img-src data:",
        f"connect-src ws://{address}",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
