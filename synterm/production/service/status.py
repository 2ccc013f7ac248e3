"""The routes that tell how the service is: for people, for what starts and stops it, and for Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from aiohttp import web

from synterm import __version__
from synterm.production.service.answers import RefusedError, Route, answer, json_answer
from synterm.production.service.metrics import CONTENT_TYPE

if TYPE_CHECKING:
    from synterm.production.service.service import Service

_HELP = """\
synterm guard {version}, serving {project}.

POST /v1/check        {{"output": "…", "input": …, "expected": …, "behavior": "…"}}: the verdict; only output must be
POST /v1/check/batch  a list of such objects, or one a line as application/x-ndjson: their verdicts, in order
GET  /healthz         200 while the process lives
GET  /readyz          200 while it can judge; what it judges by, and why that is not the newest
GET  /metrics         for Prometheus

curl --json '{{"output": "I can help with that."}}' http://{host}/v1/check
"""


def routes(service: Service) -> Iterator[Route]:
    """``GET /``, ``/healthz``, ``/readyz`` and ``/metrics``."""

    async def about(request: web.BaseRequest) -> web.StreamResponse:
        text = _HELP.format(version=__version__, project=service.guard.project, host=request.headers["Host"])
        return answer(text.encode(), "text/plain; charset=utf-8")

    async def healthz(_request: web.BaseRequest) -> web.StreamResponse:
        return json_answer({"alive": True})

    async def readyz(request: web.BaseRequest) -> web.StreamResponse:
        ready = not service.stopping
        told: dict[str, object] = {"ready": ready, "stale": service.guard.stale is not None}
        if _may_know(service, request):
            told |= {"project": service.guard.project, "why_stale": service.guard.stale, "version": __version__}
        return json_answer(told, 200 if ready else 503)

    async def metrics(_request: web.BaseRequest) -> web.StreamResponse:
        return answer(await asyncio.to_thread(service.metrics.text), CONTENT_TYPE)

    yield Route("GET", "/", about)
    yield Route("GET", "/healthz", healthz, open=True)
    yield Route("GET", "/readyz", readyz, open=True)
    yield Route("GET", "/metrics", metrics)


def _may_know(service: Service, request: web.BaseRequest) -> bool:
    """Whether more than yes and no is for whoever asks."""
    try:
        service.door.check_token(request)
    except RefusedError:
        return False
    return True
