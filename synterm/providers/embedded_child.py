"""The host process of the embedded model: llama.cpp, by xllamacpp, on the weights named on the command line."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson

from synterm.core.completion import Completion, Outcome, Usage
from synterm.errors import ModelError
from synterm.providers.child import Call, serve
from synterm.providers.grammar import labels_grammar, tokens_for
from synterm.providers.wire import MAX_ANSWER_BYTES, too_large

CONTEXT_TOKENS = 4096
"""Prompt and answer together."""
_PREFIX_CACHE_MB = 128
"""Prompts set aside when another one comes up, so that two columns with prompts of their own both keep their prefix."""

_LONGEST_SOCKET = 100
"""Bytes that every system takes for a socket's path."""


class EmbeddedHandler:
    """Answers one call at a time, in the order they came: the model has one slot, which keeps the prompt's prefix."""

    def __init__(self, weights: Path, adapter: Path | None = None) -> None:
        self._server = _load(weights, adapter)
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "model")

    async def complete(self, call: Call) -> Completion:
        """The answer. A cancelled call that waits never runs; one that runs leaves the model before the next starts."""
        async with self._turn:
            answer = _Answer(call)
            running = asyncio.get_running_loop().run_in_executor(self._thread, answer.run, self._server)
            try:
                return await asyncio.shield(running)
            except asyncio.CancelledError:
                answer.stopped.set()
                await asyncio.gather(running, return_exceptions=True)
                raise


class _Answer:
    """One call to the model, streamed: that is how it can be stopped, within the prompt too."""

    def __init__(self, call: Call) -> None:
        self.stopped = threading.Event()
        self._call = call
        self._pieces: list[str] = []
        self._size = 0
        self._finish: str | None = None
        self._last: dict[str, Any] = {}
        self._error: dict[str, Any] | None = None
        self._first: float | None = None

    def run(self, server: Any) -> Completion:
        self._start = time.perf_counter()
        try:
            server.handle_chat_completions(_body(self._call.body), self._take)
        except ValueError as error:
            raise ModelError(
                f"the embedded model can't take this call: {error}", hint="look at the JSON schema of its checks"
            ) from error
        if self._error is not None:
            raise _problem(self._error)
        return self._completion((time.perf_counter() - self._start) * 1000)

    def _take(self, chunk: dict[str, Any]) -> bool:
        """One piece from the model; True stops it."""
        self._error = chunk.get("error", self._error)
        for choice in chunk.get("choices", ()):
            self._finish = choice.get("finish_reason") or self._finish
            if piece := choice["delta"].get("content"):
                self._add(piece)
        self._last = chunk
        return self.stopped.is_set() or self._size > MAX_ANSWER_BYTES

    def _add(self, piece: str) -> None:
        if self._first is None:
            self._first = (time.perf_counter() - self._start) * 1000
        self._pieces.append(piece)
        self._size += len(piece)
        if self._call.on_text is not None:
            self._call.on_text(piece)

    def _completion(self, latency_ms: float) -> Completion:
        if self._size > MAX_ANSWER_BYTES:
            return too_large()
        text = "".join(self._pieces)
        usage: dict[str, Any] = self._last.get("usage", {})
        return Completion(
            _outcome(text, self._finish),
            text,
            self._finish,
            Usage(usage.get("prompt_tokens"), usage.get("completion_tokens")),
            cost_usd=0.0,
            latency_ms=latency_ms,
            first_token_ms=self._first,
            raw=_document(self._last, text, self._finish),
        )


def _load(weights: Path, adapter: Path | None) -> Any:
    # Threads that spin while they wait bring the model down to a few tokens a second when another process is busy.
    os.environ["OMP_WAIT_POLICY"] = "passive"
    try:
        import xllamacpp
    except ImportError as error:
        hint = "apt install libgomp1" if "libgomp" in str(error) else "pip install 'synterm[local]'"
        raise ModelError(f"the embedded model's runtime can't be loaded: {error}", hint=hint) from error
    native: Any = xllamacpp
    params = native.CommonParams()
    params.model.path = str(weights)
    params.model_alias = {weights.stem}
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    # Small batches: between two of them a call can be stopped.
    params.n_batch = params.n_ubatch = 128
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = min(2, os.cpu_count() or 1)
    params.cache_ram_mib = _PREFIX_CACHE_MB
    params.reasoning_format = native.common_reasoning_format.COMMON_REASONING_FORMAT_NONE
    params.warmup = False
    params.verbosity = 0
    if adapter is not None:
        params.lora_adapters = [native.CommonAdapterLoraInfo(str(adapter), 1.0)]
    return _unreachable(native, params, weights)


def _unreachable(native: Any, params: Any, weights: Path) -> Any:
    """The model's server. It always listens: here with a random key, and where there are sockets, one that is gone."""
    params.api_keys = [secrets.token_urlsafe(32)]
    params.port = 0
    with tempfile.TemporaryDirectory(prefix="synterm-") as place:
        socket = Path(place) / "model.sock"
        if hasattr(os, "getuid") and len(os.fsencode(socket)) <= _LONGEST_SOCKET:
            params.hostnames = [str(socket)]
        try:
            return native.Server(params)
        except RuntimeError as error:
            raise ModelError(
                f"{weights} can't be loaded: {error}", hint="delete it, then: synterm models pull default"
            ) from error


def _body(body: dict[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {
        "messages": body["messages"],
        **body["params"],
        "stream": True,
        "stream_options": {"include_usage": True},
        "return_progress": True,
        "cache_prompt": True,
    }
    if (labels := body.get("labels")) is not None:
        request["grammar"] = labels_grammar(labels)
        request["max_tokens"] = max(request["max_tokens"], tokens_for(labels))
    elif (schema := body.get("schema")) is not None:
        request["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    return request


def _outcome(text: str, finish: str | None) -> Outcome:
    if finish == "length":
        return Outcome.TRUNCATED
    return Outcome.COMPLETE if text else Outcome.EMPTY


def _problem(error: dict[str, Any]) -> ModelError:
    if error.get("type") == "exceed_context_size_error":
        has, room = error.get("n_prompt_tokens", 0), error.get("n_ctx", CONTEXT_TOKENS)
        hint = "shorten the prompt or its examples, or use a model that takes more"
        return ModelError(f"the prompt has {has:,} tokens and the embedded model takes {room:,}", hint=hint)
    return ModelError(f"the embedded model can't take this call: {error.get('message', error)}")


def _document(last: dict[str, Any], text: str, finish: str | None) -> bytes:
    """The response as one OpenAI document; the model gave it in pieces, the last of which has usage and timings."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return orjson.dumps({**last, "object": "chat.completion", "choices": [choice]})


if __name__ == "__main__":
    serve(lambda: EmbeddedHandler(*map(Path, sys.argv[1:])))
