"""What LiteLLM's process does for batches: files and batches of a provider, and what a call of it would say and mean.

An answer in a batch must fill the same place as one that came at once. So the body of a request is taken from the very
call that LiteLLM would make, held back before it is sent; and the body of an answer is read by giving it to that call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, Any, Protocol

import httpx
import orjson

from synterm.core.completion import Completion, Outcome
from synterm.providers.access import origin
from synterm.providers.batch_anthropic import AnthropicBatches
from synterm.providers.http_guard import EXCHANGE, Exchange
from synterm.providers.http_outcomes import timed_out
from synterm.providers.litellm_outcomes import outcome_of
from synterm.providers.loose_json import as_object, read_json

Body = dict[str, Any]

_DONE = (200, 201)
"""Azure says the second of what it made."""
_PAGE = 100
_MOST_PAGES = 5
"""So many pages of batches are looked through for one; the newest stand first."""


class Held(Exchange):
    """A call that is not sent: what it would say is noted."""

    said: httpx.Request | None = None

    def instead(self, request: httpx.Request) -> httpx.Response | None:
        """Note the request. Raises httpx.ConnectError, so that nothing is sent."""
        self.said = request
        raise httpx.ConnectError("held back", request=request)


class Played(Exchange):
    """A call that is answered without being sent."""

    answer_body: bytes = b""

    def instead(self, request: httpx.Request) -> httpx.Response | None:
        """The answer."""
        headers = {"content-type": "application/json"}
        return httpx.Response(200, headers=headers, content=self.answer_body, request=request)


class IntoFile(Exchange):
    """A download: what comes goes into a file and nowhere else."""

    sink: IO[bytes]
    room = 0

    def keep(self, chunk: bytes) -> bytes:
        """Write a part of the answer. Raises httpx.ReadError when it gets too large."""
        if self.status != 200:
            return super().keep(chunk)
        self.room -= len(chunk)
        if self.room < 0:
            self.too_large = True
            raise httpx.ReadError("the file is too large")
        self.sink.write(chunk)
        return b""


class Batches(Protocol):
    """The batches of one provider. Each call gives the document that came, and raises what the client raises."""

    async def upload(self, path: Path) -> Body:
        """Bring a file of requests there."""
        ...

    async def create(self, file: str, path: Path, tags: Body) -> Body:
        """Begin a batch of the requests in a file."""
        ...

    async def find(self, tags: Body) -> Body:
        """The batch that has these tags, or nothing."""
        ...

    async def retrieve(self, batch: str) -> Body:
        """How far a batch is."""
        ...

    async def download(self, name: str) -> None:
        """Have the guard take in a file."""
        ...


class OpenAICalls:
    """Calls by OpenAI's protocol, as LiteLLM speaks it: OpenAI's own, Azure's, and what is compatible."""

    def __init__(self, litellm: Any, body: Body, exchange: Exchange) -> None:
        self._litellm = litellm
        self._exchange = exchange
        self._rest: Body = {
            "custom_llm_provider": body["protocol"],
            "timeout": body["timeout"],
            # A client that tries again by itself could make a second batch.
            "max_retries": 0,
            **{name: body[name] for name in ("api_base", "api_key") if body[name] is not None},
        }

    async def _document(self, call: Awaitable[Any]) -> Body:
        """What the endpoint said, as it came: LiteLLM refuses answers that lack what nobody needs here."""
        try:
            await call
        except Exception:
            if self._exchange.status not in _DONE or self._exchange.cut or self._exchange.too_large:
                raise
        return as_object(read_json(bytes(self._exchange.body)))


class OpenAIBatches(OpenAICalls):
    """Batches by that protocol."""

    def __init__(self, litellm: Any, body: Body, exchange: Exchange) -> None:
        super().__init__(litellm, body, exchange)
        self._url = body["url"]

    async def upload(self, path: Path) -> Body:
        """Bring a file of requests there."""
        with path.open("rb") as lines:
            file = (path.name, lines, "application/jsonl")
            return await self._document(self._litellm.acreate_file(file=file, purpose="batch", **self._rest))

    async def create(self, file: str, path: Path, tags: Body) -> Body:
        """Begin a batch of the requests in a file."""
        return await self._document(
            self._litellm.acreate_batch(
                completion_window="24h", endpoint=self._url, input_file_id=file, metadata=tags, **self._rest
            )
        )

    async def find(self, tags: Body) -> Body:
        """The batch that has these tags, or nothing."""
        after: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self._document(self._litellm.alist_batches(after=after, limit=_PAGE, **self._rest))
            if not isinstance(page.get("data"), list):
                raise ValueError("the endpoint sent no list of batches")
            items = [as_object(item) for item in page["data"]]
            for item in items:
                if tags.items() <= as_object(item.get("metadata")).items():
                    return item
            after = items[-1].get("id") if items else None
            if not page.get("has_more") or not isinstance(after, str):
                break
        return {}

    async def retrieve(self, batch: str) -> Body:
        """How far a batch is."""
        # Of a batch that is done LiteLLM would read all results once more, to log what they cost.
        quiet = {"batch_ignore_default_logging": True}
        return await self._document(self._litellm.aretrieve_batch(batch_id=batch, litellm_metadata=quiet, **self._rest))

    async def download(self, name: str) -> None:
        """Have the guard take in a file."""
        await self._litellm.afile_content(file_id=name, **self._rest)


def exchange_for(body: Body) -> Exchange:
    """The exchange of a call for an answer: made, only said (`held`), or answered (`played`)."""
    if body.get("held"):
        return Held(only_place(body))
    if (answer := body.get("played")) is None:
        return Exchange(only_place(body))
    exchange = Played(only_place(body))
    exchange.answer_body = answer.encode("latin-1")
    return exchange


def said(request: httpx.Request) -> Completion:
    """What a call that was held back would have said, as the text of a complete answer: its place, path, body."""
    place = origin(str(request.url.copy_with(query=None, fragment=None)))
    document = {"place": place, "path": request.url.path, "body": request.content.decode(errors="replace")}
    return Completion(Outcome.COMPLETE, orjson.dumps(document).decode())


async def answer_batch_call(litellm: Any, body: Body) -> Completion:
    """Do what a call asks for; what came of it is the text of a complete answer, as JSON."""
    return await answer_call(body, Exchange(only_place(body)), lambda exchange: _answer(litellm, body, exchange))


async def answer_call(body: Body, exchange: Exchange, do: Callable[[Exchange], Awaitable[Body]]) -> Completion:
    """What `do` gives within the call's time, as the text of a complete answer; else why it failed."""
    EXCHANGE.set(exchange)
    try:
        async with asyncio.timeout(body["timeout"]):
            document = await do(exchange)
    except TimeoutError:
        return timed_out(body["timeout"])
    except Exception as error:  # noqa: BLE001 - clients raise all kinds; each becomes a typed outcome
        return outcome_of(error, EXCHANGE.get() or exchange, body["key_name"])
    return Completion(Outcome.COMPLETE, orjson.dumps(document).decode())


async def _answer(litellm: Any, body: Body, exchange: Exchange) -> Body:
    batches: Batches
    if body["protocol"] == "anthropic":
        batches = AnthropicBatches(body, exchange)
    else:
        batches = OpenAIBatches(litellm, body, exchange)
    match body["batch"]:
        case "upload":
            return await batches.upload(Path(body["path"]))
        case "create":
            return await batches.create(body["file"], Path(body["path"]), body["tags"])
        case "find":
            return await batches.find(body["tags"])
        case "retrieve":
            return await batches.retrieve(body["id"])
        case _:
            return await _download(batches, body)


async def _download(batches: Batches, body: Body) -> Body:
    with Path(body["path"]).open("wb") as sink:  # noqa: ASYNC230 - a local file, in a process that few wait for
        exchange = IntoFile(only_place(body))
        exchange.sink, exchange.room = sink, body["room"]
        EXCHANGE.set(exchange)
        await batches.download(body["id"])
        return {"bytes": sink.tell()}


def only_place(body: Body) -> str | None:
    """The one origin that a call may go to, where the project names it."""
    return origin(body["api_base"]) if body["api_base"] else None
