"""Anthropic's Message Batches: the requests go in with the batch, and the results come from a place that it names."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx

from synterm.providers.http_guard import Exchange
from synterm.providers.loose_json import as_object, read_json

Body = dict[str, Any]

_OWN = "https://api.anthropic.com"
_VERSION = "2023-06-01"


class AnthropicBatches:
    """Batches by Anthropic's protocol (``POST /v1/messages/batches``), which LiteLLM does not create.

    A batch can't be given a name there. After a crash it can't be told from others, so `find` says that it can't.
    """

    def __init__(self, body: Body, exchange: Exchange) -> None:
        self._exchange = exchange
        self._base = f"{(body['api_base'] or _OWN).rstrip('/').removesuffix('/v1')}/v1/messages/batches"
        self._headers = {
            "x-api-key": body["api_key"] or "",
            "anthropic-version": _VERSION,
            "content-type": "application/json",
        }
        self._timeout = body["timeout"]

    async def upload(self, path: Path) -> Body:
        """Nothing: a file of its own is not needed."""
        return {"id": path.name}

    async def create(self, file: str, path: Path, tags: Body) -> Body:
        """Begin a batch of the requests in a file."""
        return await self._send("POST", self._base, content=_requests(path))

    async def find(self, tags: Body) -> Body:
        """Raises ValueError: nothing tells one batch from another."""
        raise ValueError("batches have no names at this provider")

    async def retrieve(self, batch: str) -> Body:
        """How far a batch is."""
        return await self._send("GET", f"{self._base}/{batch}")

    async def download(self, name: str) -> None:
        """Have the guard take in the results of a batch."""
        await self._send("GET", f"{self._base}/{name}/results", document=False)

    async def _send(self, method: str, url: str, *, document: bool = True, **rest: Any) -> Body:
        async with httpx.AsyncClient(timeout=self._timeout) as client:
            response = await client.request(method, url, headers=self._headers, **rest)
        if response.status_code != 200:
            raise httpx.HTTPStatusError("refused", request=response.request, response=response)
        return as_object(read_json(response.content)) if document else {}


async def _requests(path: Path) -> AsyncGenerator[bytes]:
    """The body of a new batch, from a file that has a request in each line."""
    yield b'{"requests":['
    with path.open("rb") as lines:
        first = True
        for line in lines:
            yield line.strip() if first else b"," + line.strip()
            first = False
    yield b"]}"
