"""Goldens of deepeval, as JSON or JSON lines; as CSV they are a table like others."""

from __future__ import annotations

from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow
from synterm.formats.sources.json_lines import json_lines
from synterm.formats.sources.json_list import objects_of
from synterm.formats.sources.peek import Peek

_OF_DEEPEVAL = frozenset(
    ("expected_output", "actual_output", "retrieval_context", "additional_metadata", "source_file", "expected_tools")
)


class Deepeval(Source):
    """deepeval's goldens."""

    name = "deepeval"
    title = "deepeval goldens: input, expected_output, context …"
    tells_expected = True

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        return "input" in peek.first and bool(_OF_DEEPEVAL & peek.first.keys())

    def rows(self, file: SourceFile) -> Rows:
        for where, number, found in json_lines(file) if file.peek.has_lines_of_json else objects_of(file):
            if isinstance(found, InputError):
                yield found
                continue
            given = {name: found[name] for name in ("input", "context") if found.get(name)}
            if "input" not in given:
                hint = "goldens of conversations are not read" if "scenario" in found else None
                yield InputError("has no input", where=where, hint=hint)
                continue
            if isinstance(context := given.get("context"), list):
                given["context"] = "\n\n".join(map(str, context))  # pyright: ignore[reportUnknownArgumentType]
            rest = {
                name: value
                for name, value in found.items()
                if name not in ("input", "context", "expected_output") and value not in (None, [], {})
            }
            detail = {"deepeval": rest} if rest else {}
            yield SourceRow(where, number, given, expected=found.get("expected_output"), detail=detail)
