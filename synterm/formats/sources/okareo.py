"""Seed files of Okareo: ``{"input": …, "result": …}`` a line."""

from __future__ import annotations

from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, text_row
from synterm.formats.sources.json_lines import json_lines
from synterm.formats.sources.peek import Peek


class Okareo(Source):
    """Okareo's seeds."""

    name = "okareo"
    title = "Okareo seeds: input and result, JSON lines"
    tells_expected = True

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        return peek.has_lines_of_json and {"input", "result"} <= peek.first.keys()

    def rows(self, file: SourceFile) -> Rows:
        for where, number, found in json_lines(file):
            if isinstance(found, InputError):
                yield found
            elif "input" not in found:
                yield InputError("has no input", where=where)
            else:
                rest = {key: value for key, value in found.items() if key not in ("input", "result")}
                detail = {"okareo": rest} if rest else {}
                yield text_row(where, number, found["input"], expected=found.get("result"), detail=detail)
