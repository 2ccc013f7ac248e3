"""A host process for tests: it does what each call says."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

from synterm.core.completion import Completion, Outcome, Usage
from synterm.errors import ModelError
from synterm.providers.child import Call, serve


class Echo:
    """Answers, streams, waits, prints, fails or dies."""

    def __init__(self) -> None:
        self.cancelled = 0

    async def complete(self, call: Call) -> Completion:
        """The answer that ``body["do"]`` asks for."""
        return await getattr(self, f"do_{call.body['do']}")(call.body, call.on_text)

    async def do_echo(self, body: dict[str, Any], on_text: Any) -> Completion:
        return _answer(body["text"])

    async def do_stream(self, body: dict[str, Any], on_text: Any) -> Completion:
        for piece in body["pieces"]:
            on_text(piece)
        return _answer("".join(body["pieces"]))

    async def do_wait(self, body: dict[str, Any], on_text: Any) -> Completion:
        on_text("waiting")
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled += 1
        raise AssertionError

    async def do_block(self, body: dict[str, Any], on_text: Any) -> Completion:
        on_text("blocking")
        time.sleep(600)  # noqa: ASYNC251 - this is what native code does to the loop
        raise AssertionError

    async def do_count(self, body: dict[str, Any], on_text: Any) -> Completion:
        return _answer(str(self.cancelled))

    async def do_print(self, body: dict[str, Any], on_text: Any) -> Completion:
        print(body["text"], flush=True)
        os.write(1, body["text"].encode() + b"\n")
        return _answer("printed")

    async def do_stdin(self, body: dict[str, Any], on_text: Any) -> Completion:
        return _answer(repr(sys.stdin.read()))

    async def do_environment(self, body: dict[str, Any], on_text: Any) -> Completion:
        return _answer(os.environ.get(body["name"], "(not set)"))

    async def do_raise(self, body: dict[str, Any], on_text: Any) -> Completion:
        if body.get("typed"):
            raise ModelError("typed trouble", hint="do this")
        raise ZeroDivisionError("plain trouble")

    async def do_exit(self, body: dict[str, Any], on_text: Any) -> Completion:
        os._exit(body["code"])

    async def do_raw(self, body: dict[str, Any], on_text: Any) -> Completion:
        return Completion(Outcome.COMPLETE, "big", raw=b"x" * body["size"])


def _answer(text: str) -> Completion:
    return Completion(Outcome.COMPLETE, text, "stop", Usage(1, 2), raw=b'{"a":"\xff"}')


def _build() -> Echo:
    if len(sys.argv) > 1:
        with Path(sys.argv[1]).open("a") as starts:
            starts.write("started\n")
        os._exit(7)
    return Echo()


if __name__ == "__main__":
    serve(_build)
