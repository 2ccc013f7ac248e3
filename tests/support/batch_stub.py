"""A real HTTP server that speaks OpenAI's files and batches, and misbehaves on request.

stub.reply(lambda messages: "ok")          how requests in batches are answered, as `tests.support.http_stub` has it
stub.polls = 2                             a batch is done when it was asked about so often
stub.faults["retrieve"] = [Reply(status=500)]   the next answers to calls of a kind
stub.batches, stub.files                   what was made and brought
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from tests.support.http_stub import Call, Reply, Stub, _document

Document = dict[str, Any]


@dataclass
class Batch:
    """A batch that was made."""

    id: str
    input: str
    endpoint: str
    metadata: dict[str, str]
    status: str = "in_progress"
    polled: int = 0
    output: str | None = None
    errors: str | None = None
    why: list[str] = field(default_factory=list[str])


class BatchStub(Stub):
    """The server. It also answers single chats, as its parent does."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, Batch] = {}
        self.polls = 1
        self.late = 0
        """So often a batch that has ended is asked about before its files are named."""
        self.ends = "completed"
        """The status that batches end with."""
        self.answered: int | None = None
        """How many requests the provider gets to before a batch ends; None: all."""
        self.rewrite: Callable[[list[bytes]], list[bytes]] = lambda lines: lines
        """What becomes of the lines of an answer file."""
        self.faults: defaultdict[str, list[Reply]] = defaultdict(list)
        self.after: defaultdict[str, list[Reply]] = defaultdict(list)
        """The same, but what was asked for is done before the answer is lost."""
        self.seen: Counter[str] = Counter()
        self.lists = True

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        kind = _kind_of(request)
        if kind is None:
            return await super()._handle(request)
        content = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.calls.append(Call(request.path, request.query_string, headers, {}))
        self.seen[kind] += 1
        self.arrived.release()
        try:
            if self.faults[kind]:
                return self.fault(request, self.faults[kind].pop(0))
            document = await self._do(kind, request, content)
            if self.after[kind]:
                return self.fault(request, self.after[kind].pop(0))
            return document
        except ConnectionError:
            raise
        except Exception as error:
            self.failures.append(error)
            raise

    def fault(self, request: web.Request, reply: Reply) -> web.Response:
        if reply.reset:
            assert request.transport is not None
            request.transport.abort()
            raise ConnectionResetError
        body = reply.body
        if body is None:
            body = json.dumps({"error": reply.error or {"message": f"the stub answers {reply.status}"}}).encode()
        return web.Response(status=reply.status, headers=reply.headers, body=body, content_type="application/json")

    async def _do(self, kind: str, request: web.Request, content: bytes) -> web.Response:
        name = request.path.rstrip("/").split("/")[-1]
        if kind == "upload":
            return web.json_response(self._upload(file_in(request, content)))
        if kind == "create":
            return web.json_response(self._create(json.loads(content)))
        if kind == "list":
            if not self.lists:
                return web.json_response({"error": {"message": "there is no such thing"}}, status=404)
            found = [self._told(batch) for batch in reversed(self.batches.values())]
            return web.json_response({"object": "list", "data": found, "has_more": False})
        if kind == "content":
            return web.Response(body=self.files[request.path.split("/")[-2]], content_type="application/octet-stream")
        batch = self.batches.get(name)
        if batch is None:
            return web.json_response({"error": {"message": f"no batch {name}"}}, status=404)
        batch.polled += 1
        if batch.polled >= self.polls and batch.status == "in_progress":
            self._end(batch)
        return web.json_response(self._told(batch))

    def _upload(self, content: bytes) -> Document:
        name = f"file-in-{len(self.files)}"
        self.files[name] = content
        return {"id": name, "object": "file", "bytes": len(content), "purpose": "batch"}

    def _create(self, asked: Document) -> Document:
        batch = Batch(f"batch_{len(self.batches)}", asked["input_file_id"], asked["endpoint"], asked["metadata"])
        self.batches[batch.id] = batch
        return self._told(batch)

    def _told(self, batch: Batch) -> Document:
        total = len(self.lines(batch))
        named = batch.polled >= self.polls + self.late
        return {
            "id": batch.id,
            "object": "batch",
            "endpoint": batch.endpoint,
            "input_file_id": batch.input,
            "completion_window": "24h",
            "created_at": 1,
            "status": batch.status,
            "output_file_id": batch.output if named else None,
            "error_file_id": batch.errors if named else None,
            "errors": {"data": [{"message": words} for words in batch.why]} if batch.why else None,
            "metadata": batch.metadata,
            "request_counts": {"total": total, "completed": total if batch.output else 0, "failed": 0},
        }

    def lines(self, batch: Batch) -> list[Document]:
        """The requests of a batch."""
        return [json.loads(line) for line in self.files[batch.input].splitlines()]

    def _end(self, batch: Batch) -> None:
        batch.status = self.ends
        if self.ends == "failed":
            batch.why = ["the file has 2 lines that are no requests"]
            return
        good, bad = [], []
        for number, line in enumerate(self.lines(batch)):
            call = Call("", "", {}, line["body"])
            if self.answered is not None and number >= self.answered:
                code = {"code": "batch_expired", "message": "this request could not be executed in time"}
                bad.append({"custom_id": line["custom_id"], "response": None, "error": code})
                continue
            reply = self._reply_to(call)
            response = {"status_code": reply.status, "request_id": f"r{number}", "body": _document(call, reply)}
            done = {"id": f"l{number}", "custom_id": line["custom_id"], "response": response, "error": None}
            (good if reply.status == 200 else bad).append(done)
        random.Random(7).shuffle(good)
        batch.output = self._keep(batch, "out", self.rewrite([json.dumps(line).encode() for line in good]))
        batch.errors = self._keep(batch, "err", [json.dumps(line).encode() for line in bad])

    def _keep(self, batch: Batch, kind: str, lines: list[bytes]) -> str | None:
        if not lines:
            return None
        name = f"file-{kind}-{batch.id}"
        self.files[name] = b"".join(line + b"\n" for line in lines)
        return name


def _kind_of(request: web.Request) -> str | None:
    path, post = request.path, request.method == "POST"
    if path.endswith("/content"):
        return "content"
    if path.endswith("/files") and post:
        return "upload"
    if path.endswith("/batches"):
        return "create" if post else "list"
    return "retrieve" if "/batches/" in path and not post else None


def file_in(request: web.Request, content: bytes, purpose: bytes = b"batch") -> bytes:
    """The file in a multipart body, and that it is meant for this purpose."""
    boundary = request.headers["Content-Type"].partition("boundary=")[2].encode()
    parts = {}
    for part in content.split(b"--" + boundary)[1:-1]:
        head, _, body = part.partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        parts[name] = body[:-2]
    assert parts["purpose"] == purpose, parts
    return parts["file"]


@pytest.fixture
def batch_stub() -> Iterator[BatchStub]:
    """A stub server of one test; a failure inside it fails the test."""
    server = BatchStub()
    server.start()
    yield server
    server.stop()
    assert not server.failures, server.failures


__all__ = ["Batch", "BatchStub", "batch_stub"]
