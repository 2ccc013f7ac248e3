"""Logs of a guard: each line an answer that it judged, what was asked, and its verdict."""

from __future__ import annotations

from typing import Any, cast

from synterm.core.guarding import GUARD_LOG
from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow, text_row
from synterm.formats.sources.call_facts import CallFacts
from synterm.formats.sources.json_lines import json_lines
from synterm.formats.sources.peek import Peek

_KEPT = ("id", "project", "behavior", "checks_id", "allowed", "passed", "reason")


class GuardLines(Source):
    """An answer a line, as `synterm guard --log` and ``Guard(log=…)`` write them."""

    name = "guard"
    title = "the log of a guard: answers that it judged"
    tells_expected = True

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        return peek.first.get("synterm") == GUARD_LOG

    def rows(self, file: SourceFile) -> Rows:
        for where, number, found in json_lines(file):
            yield found if isinstance(found, InputError) else _row(where, number, found)


def _row(where: str, number: int, found: dict[str, Any]) -> SourceRow | InputError:
    if found.get("synterm") != GUARD_LOG:
        return InputError(f"not a line of a guard's log: its synterm is not {GUARD_LOG}", where=where)
    given: Any = found.get("input")
    output = found.get("output")
    if not isinstance(output, str):
        return InputError("its output is no text", where=where)
    if not given or not isinstance(given, str | dict):
        return InputError("nobody told the guard what was asked", where=where)
    said = {name: found[name] for name in _KEPT if isinstance(found.get(name), str | bool)}
    name = found.get("id")
    expected = found.get("expected")
    call = CallFacts(
        output,
        found.get("at"),
        name if isinstance(name, str) else "",
        expected=expected,
        detail={"guard": said},
    )
    return text_row(
        where,
        number,
        cast("str | dict[str, Any]", given),
        expected=expected,
        detail={"guard": said, "answer": output},
        call=call,
    )
