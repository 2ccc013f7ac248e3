"""The routes that judge: one output, or many."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web

from synterm.core.guarding import GuardVerdict
from synterm.errors import InputError, NotFoundError, UsageError
from synterm.production.service.answers import JSON, JSON_LINES, RefusedError, Route, answer
from synterm.production.service.asked import Asked, asked
from synterm.production.service.body import read_json
from synterm.production.service.limits import MOST_ITEMS

if TYPE_CHECKING:
    from synterm.production.service.service import Service

_LINES = (JSON_LINES, "application/jsonl", "application/jsonlines")
_AT_A_TIME = 8
"""Outputs of one batch that are judged at a time."""


def routes(service: Service) -> Iterator[Route]:
    """``POST /v1/check`` and ``POST /v1/check/batch``."""

    async def check(request: web.BaseRequest) -> web.StreamResponse:
        one = asked(read_json(await service.read(request, (JSON,))))
        with service.turn():
            return answer(as_json(await judged(service, one)) + b"\n")

    async def check_batch(request: web.BaseRequest) -> web.StreamResponse:
        body = await service.read(request, (JSON, *_LINES))
        in_lines = request.content_type != JSON
        items = _in_lines(body) if in_lines else _in_list(body)
        with service.turn():
            verdicts = await _all(service, items)
        if in_lines:
            return answer(b"".join(line + b"\n" for line in verdicts), JSON_LINES)
        return answer(b"[" + b",\n".join(verdicts) + b"]\n")

    yield Route("POST", "/v1/check", check)
    yield Route("POST", "/v1/check/batch", check_batch)


async def judged(service: Service, one: Asked, where: str = "") -> GuardVerdict:
    """The verdict on one output, counted. Raises RefusedError for a behavior that can't judge."""
    with _in_words(where):
        verdict = await service.guard.acheck(one.output, one.input, one.expected, one.behavior)
    service.metrics.judged(verdict)
    return verdict


def as_json(verdict: GuardVerdict) -> bytes:
    """A verdict as it is sent."""
    return verdict.__pydantic_serializer__.to_json(verdict, by_alias=True)


async def _all(service: Service, items: Sequence[Asked]) -> list[bytes]:
    """The verdicts on all, in their order. Others get their turn after each few of them."""
    for behavior, number in {item.behavior: number for number, item in enumerate(items, 1)}.items():
        with _in_words(f"item {number}"):
            service.guard.behavior(behavior)
    found: list[bytes] = [b""] * len(items)
    left = enumerate(items)

    async def some() -> None:
        for place, item in left:
            found[place] = as_json(await judged(service, item, f"item {place + 1}"))
            await asyncio.sleep(0)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(_AT_A_TIME, len(items))):
                group.create_task(some())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return found


def _in_list(body: bytes) -> list[Asked]:
    value = read_json(body)
    if not isinstance(value, list):
        hint = "A list of objects, or one object a line as application/x-ndjson."
        raise RefusedError(400, "bad_field", "The body is not a list.", hint)
    items = cast("list[Any]", value)
    _few(len(items))
    return [asked(item, f"item {number}") for number, item in enumerate(items, 1)]


def _in_lines(body: bytes) -> list[Asked]:
    lines = [(number, line) for number, line in enumerate(body.split(b"\n"), 1) if line.strip()]
    _few(len(lines))
    return [asked(read_json(line, f"line {number}"), f"line {number}") for number, line in lines]


def _few(count: int) -> None:
    if count > MOST_ITEMS:
        hint = "Send several batches."
        raise RefusedError(413, "too_many", f"{count:,} outputs are more than {MOST_ITEMS:,} in one batch.", hint)


@contextmanager
def _in_words(where: str) -> Generator[None]:
    """Refuse what the guard says can't be meant."""
    place = f"{where}: " if where else ""
    try:
        yield
    except NotFoundError as error:
        raise RefusedError(400, "no_such_behavior", f"{place}{error}", error.hint) from error
    except (InputError, UsageError) as error:
        raise RefusedError(400, "unfit", f"{place}{error}", error.hint) from error
