"""A real HTTP server that speaks OpenAI's files and fine-tuning jobs, and misbehaves on request.

stub.polls = 2                              a job is done when it was asked about so often
stub.ends = "failed"                        how jobs end
stub.faults["create"] = [Reply(status=500)] the next answers to calls of a kind
stub.after["create"] = [Reply(reset=True)]  the same, but what was asked for is done before the answer is lost
stub.hold["create"].clear()                 such calls wait
stub.jobs, stub.files, stub.asked           what was made and brought, and how
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web

from tests.support.batch_stub import file_in
from tests.support.http_stub import Call, Reply, Stub

Document = dict[str, Any]


@dataclass
class Job:
    """A job that was made."""

    id: str
    asked: Document
    status: str = "queued"
    polled: int = 0


class TuningStub(Stub):
    """The server. It also answers single chats, as its parent does."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.jobs: dict[str, Job] = {}
        self.polls = 1
        self.ends = "succeeded"
        self.model = "ft:gpt-4o-mini-2024-07-18:org:router:{job}"
        self.trained_tokens: int | None = 4321
        self.events = True
        self.faults: defaultdict[str, list[Reply]] = defaultdict(list)
        self.after: defaultdict[str, list[Reply]] = defaultdict(list)
        self.hold: defaultdict[str, threading.Event] = defaultdict(_open)
        self.seen: Counter[str] = Counter()
        self.failing = "the training file has an example without an assistant"

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
            while not self.hold[kind].is_set():  # noqa: ASYNC110 - it belongs to another thread
                await asyncio.sleep(0.005)
            if self.faults[kind]:
                return self.fault(request, self.faults[kind].pop(0))
            document = self._do(kind, request, content)
            if self.after[kind]:
                return self.fault(request, self.after[kind].pop(0))
            return document
        except (asyncio.CancelledError, ConnectionError):
            raise
        except Exception as error:
            self.failures.append(error)
            raise

    def fault(self, request: web.Request, reply: Reply) -> web.Response:
        """What goes wrong."""
        if reply.reset:
            assert request.transport is not None
            request.transport.abort()
            raise ConnectionResetError
        body = reply.body
        if body is None:
            body = json.dumps({"error": reply.error or {"message": f"the stub answers {reply.status}"}}).encode()
        return web.Response(status=reply.status, headers=reply.headers, body=body, content_type="application/json")

    def _do(self, kind: str, request: web.Request, content: bytes) -> web.Response:
        if kind == "upload":
            name = f"file-in-{len(self.files)}"
            self.files[name] = file_in(request, content, b"fine-tune")
            document = {"id": name, "object": "file", "bytes": len(content), "purpose": "fine-tune"}
            return web.json_response(document)
        if kind == "create":
            job = Job(f"ftjob-{len(self.jobs)}", json.loads(content))
            assert job.asked["training_file"] in self.files
            self.jobs[job.id] = job
            # Azure says 201 of what it made.
            return web.json_response(self._told(job), status=201 if "/openai/" in request.path else 200)
        if kind == "list":
            found = [self._told(job) for job in reversed(self.jobs.values())]
            return web.json_response({"object": "list", "data": found, "has_more": False})
        job = self.jobs.get(request.path.partition("/jobs/")[2].partition("/")[0])
        if job is None:
            return web.json_response({"error": {"message": "there is no such job"}}, status=404)
        return self._of_job(kind, job)

    def _of_job(self, kind: str, job: Job) -> web.Response:
        if kind == "events":
            return web.json_response({"object": "list", "data": _events() if self.events else [], "has_more": False})
        if kind == "cancel":
            if job.status not in ("queued", "running"):
                return web.json_response({"error": {"message": f"the job has {job.status}"}}, status=400)
            job.status = "cancelled"
            return web.json_response(self._told(job))
        job.polled += 1
        if job.status in ("queued", "running"):
            job.status = self.ends if job.polled >= self.polls else "running"
        return web.json_response(self._told(job))

    def _told(self, job: Job) -> Document:
        done = job.status == "succeeded"
        return {
            "id": job.id,
            "object": "fine_tuning.job",
            "created_at": 1,
            "model": job.asked["model"],
            "status": job.status,
            "training_file": job.asked["training_file"],
            "fine_tuned_model": self.model.format(job=job.id) if done else None,
            "trained_tokens": self.trained_tokens if done else None,
            "error": {"code": "invalid", "message": self.failing} if job.status == "failed" else {},
        }

    def rows(self, part: str = "training_file") -> list[Document]:
        """The rows that the last job learns from."""
        *_, job = self.jobs.values()
        return [json.loads(line) for line in self.files[job.asked[part]].splitlines()]


def _open() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def _events() -> list[Document]:
    """The newest first."""
    said = {"object": "fine_tuning.job.event", "level": "info", "created_at": 1}
    told: list[tuple[int, Document]] = [(1, {}), (2, {}), (4, {"full_valid_loss": 0.625})]
    steps = [
        {**said, "id": f"e{step}", "type": "metrics", "data": {"step": step, "train_loss": 2.0 / step, **more}}
        for step, more in told
    ]
    return [{**said, "id": "e9", "type": "message", "message": "done", "data": None}, *reversed(steps)]


def _kind_of(request: web.Request) -> str | None:
    path, post = request.path, request.method == "POST"
    if path.endswith("/files") and post:
        return "upload"
    if path.endswith("/fine_tuning/jobs"):
        return "create" if post else "list"
    if "/fine_tuning/jobs/" not in path:
        return None
    return "cancel" if path.endswith("/cancel") else "events" if path.endswith("/events") else "retrieve"


@pytest.fixture
def tuning_stub() -> Iterator[TuningStub]:
    """A stub server of one test; a failure inside it fails the test."""
    server = TuningStub()
    server.start()
    yield server
    server.stop()
    assert not server.failures, server.failures


__all__ = ["Job", "TuningStub", "tuning_stub"]
