"""Traces of OpenTelemetry as JSON: spans of calls to language models, by the GenAI conventions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow
from synterm.formats.sources.chat import fields_of
from synterm.formats.sources.json_lines import json_lines
from synterm.formats.sources.json_list import objects_of
from synterm.formats.sources.json_stream import objects_in
from synterm.formats.sources.otel_span import Span, call_of, plain_attributes, span_of
from synterm.formats.sources.peek import Peek
from synterm.text import plural

_MOST = 20_000
_WRAPPERS = ("resourceSpans", "resource_spans")
_SCOPES = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans")


class OpenTelemetry(Source):
    """OTLP as JSON, a request a line or one document; also spans one by one, as SDKs print them. Spans that are no
    calls of a language model are read over."""

    name = "otel"
    title = "OpenTelemetry traces as JSON (OTLP): spans with gen_ai.… attributes"
    tells_expected = True

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        if not peek.is_json:
            return False
        first = peek.first
        if first.keys() & {"trace_id", "traceId", "context"} and "attributes" in first:
            return True
        return any(f'"{name}"' in peek.text[:2000] for name in _WRAPPERS)

    def rows(self, file: SourceFile) -> Rows:
        number = skipped = empty = 0
        for where, found in _documents(file):
            if isinstance(found, InputError):
                yield found
                continue
            for span in _spans(found):
                number += 1
                if not span.is_call:
                    skipped += 1
                    continue
                row = _row(where, number, span)
                empty += row is None
                if row is not None:
                    yield row
        if skipped:
            file.note(f"{plural(skipped, 'span')} of other things than calls of a language model: read over")
        if empty:
            hint = "instrumentations record what was said only where they are told to"
            file.note(f"{plural(empty, 'span')} of calls that do not say what was asked: read over; {hint}")


def _documents(file: SourceFile) -> Iterator[tuple[str, dict[str, Any] | InputError]]:
    """Each JSON object of the file, with its place."""
    text = file.peek.text.lstrip()
    if file.peek.is_lines:
        yield from ((where, found) for where, _, found in json_lines(file))
    elif text.startswith("["):
        yield from ((where, found) for where, _, found in objects_of(file))
    else:
        yield from objects_in(file)


def _spans(found: dict[str, Any]) -> Iterator[Span]:
    """The spans of a request of OTLP, or the one that an object is."""
    groups = next((found[name] for name in _WRAPPERS if isinstance(found.get(name), list)), None)
    if groups is None:
        if "attributes" in found or "spanId" in found or "context" in found:
            yield span_of(found, {})
        return
    for group in _objects(groups):
        resource = group.get("resource")
        known = plain_attributes(resource.get("attributes")) if isinstance(resource, dict) else {}
        for name in _SCOPES:
            for scope in _objects(group.get(name)):
                yield from (span_of(span, known) for span in _objects(scope.get("spans")))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (cast("dict[str, Any]", one) for one in cast("list[Any]", value) if isinstance(one, dict))


def _row(where: str, number: int, span: Span) -> SourceRow | InputError | None:
    messages = span.asked
    if not messages:
        return None
    fields = fields_of(messages)
    if fields is None:
        return InputError("no user says anything in it", where=f"{where}, span {span.id or number}")
    try:
        call = call_of(span)
    except InputError as error:
        return InputError(error.message, where=f"{where}, span {span.id or number}")
    detail = {
        name: value for name, value in (("trace_id", span.trace), ("span_id", span.id), ("model", call.model)) if value
    }
    if call.output:
        fields["answer"] = call.output
        detail["answer"] = call.output[:_MOST]
    return SourceRow(where, number, fields, detail={"request": detail}, call=call)
