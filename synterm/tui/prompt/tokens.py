"""How many tokens a text has, offline: exactly where the model's encoding is known, else about."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from synterm.checks.encodings import encoding_file
from synterm.core.model import ModelSpec
from synterm.text import storable

_O200K = re.compile(r"(gpt-4o|gpt-4\.[1-9]|gpt-5|chatgpt-4o|o[1-9])([-:.]|$)")
_CL100K = re.compile(r"(gpt-4|gpt-3\.5|gpt-35|text-embedding-(ada-002|3))([-:.]|$)")
_PATIENCE_S = 10.0
_BYTES_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Tokens:
    """A number of tokens."""

    count: int
    exact: bool

    def __str__(self) -> str:
        return f"{self.count:,}" if self.exact else f"≈{self.count:,}"


def encoding_of(model: ModelSpec | None) -> tuple[str, bool]:
    """The encoding that counts for a model, and whether it is the model's own."""
    # An endpoint of one's own may serve anything under any name.
    name = "" if model is None or model.api_base else model.model.rpartition("/")[2].lower()
    if _O200K.match(name):
        return "o200k_base", True
    return ("cl100k_base", True) if _CL100K.match(name) else ("o200k_base", False)


def by_size(text: str) -> Tokens:
    """An estimate by the bytes of a text."""
    return Tokens(-(-len(storable(text).encode()) // _BYTES_A_TOKEN), exact=False)


class TokenCounter:
    """Counts in a child process, which begins with the first count. Close it."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()
        self._gave_up = False

    async def count(self, texts: Sequence[str], model: ModelSpec | None) -> list[Tokens]:
        """The tokens of each text under a model's encoding; by size where that can't be had. Takes turns."""
        encoding, exact = encoding_of(model)
        async with self._lock:
            counts = None
            if not self._gave_up and encoding_file(encoding) is not None:
                counts = await self._ask(encoding, texts)
        if counts is None:
            return await asyncio.to_thread(lambda: [by_size(text) for text in texts])
        return [Tokens(count, exact) for count in counts]

    async def _ask(self, encoding: str, texts: Sequence[str]) -> list[int] | None:
        try:
            line = await asyncio.to_thread(_question, encoding, texts)
            process = await self._running()
            assert process.stdin and process.stdout
            process.stdin.write(line)
            async with asyncio.timeout(_PATIENCE_S):
                await process.stdin.drain()
                answer = await process.stdout.readline()
            return orjson.loads(answer)
        except (OSError, TimeoutError, orjson.JSONDecodeError):
            # It ended, or takes too long: from now on sizes are told, and marked as what they are.
            self._gave_up = True
            await self.close()
            return None
        except asyncio.CancelledError:
            # An answer that nobody waits for would be taken for the next.
            await self.close()
            raise

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "synterm.tui.prompt.token_child"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        return self._process

    async def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _question(encoding: str, texts: Sequence[str]) -> bytes:
    return orjson.dumps({"encoding": encoding, "texts": [storable(text) for text in texts]}) + b"\n"
