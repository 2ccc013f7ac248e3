"""OpenTelemetry's spans as JSON: each form that the GenAI conventions had, as exporters write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from synterm.core.completion import Outcome
from synterm.errors import InputError
from synterm.formats.import_file import FileOptions, opened_source
from synterm.formats.sources.base import SourceRow
from synterm.formats.sources.call_facts import outcome_of

START, END = "1795944892889533814", "1795944892901960230"


def value(of: Any) -> dict[str, Any]:
    """A value as OTLP writes it."""
    match of:
        case bool():
            return {"boolValue": of}
        case int():
            return {"intValue": str(of)}
        case float():
            return {"doubleValue": of}
        case list():
            return {"arrayValue": {"values": [value(one) for one in of]}}  # pyright: ignore[reportUnknownVariableType]
        case dict():
            return {"kvlistValue": {"values": pairs(of)}}  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return {"stringValue": of}


def pairs(of: dict[str, Any]) -> list[dict[str, Any]]:
    """Attributes as OTLP writes them."""
    return [{"key": name, "value": value(one)} for name, one in of.items()]


def span(attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A span of OTLP."""
    return {
        "traceId": "0ff8ff310d8fd45e7b08a819dee614cc",
        "spanId": "af6b9a90adc23935",
        "name": "chat gpt-5",
        "kind": "SPAN_KIND_CLIENT",
        "startTimeUnixNano": START,
        "endTimeUnixNano": END,
        "attributes": pairs(attributes),
        "status": {},
        **more,
    }


def export(*spans: dict[str, Any]) -> dict[str, Any]:
    """A request of OTLP."""
    resource = {"attributes": pairs({"service.name": "router"})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "x"}, "spans": list(spans)}]}]}


KNOWN = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.response.model": "gpt-5-2026",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 30,
    "gen_ai.usage.output_tokens": 3,
}
ASKED = [
    {"role": "system", "parts": [{"type": "text", "content": "You route."}]},
    {"role": "user", "parts": [{"type": "text", "content": "book a room"}]},
]
SAID = [{"role": "assistant", "parts": [{"type": "text", "content": "schedule"}], "finish_reason": "stop"}]
OLDER = {
    "gen_ai.system": "OpenAI",
    "llm.request.type": "chat",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "You route.",
    "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.1.content": "book a room",
    "gen_ai.usage.prompt_tokens": 30,
    "gen_ai.usage.completion_tokens": 3,
    "gen_ai.completion.0.finish_reason": "stop",
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": "schedule",
}


def event(name: str, **attributes: Any) -> dict[str, Any]:
    """An event of a span."""
    return {"name": name, "timeUnixNano": START, "attributes": pairs(attributes)}


FORMS: dict[str, dict[str, Any]] = {
    "messages as JSON": span(
        {**KNOWN, "gen_ai.input.messages": json.dumps(ASKED), "gen_ai.output.messages": json.dumps(SAID)}
    ),
    "messages as structure": span({**KNOWN, "gen_ai.input.messages": ASKED, "gen_ai.output.messages": SAID}),
    "instructions apart": span(
        {
            **KNOWN,
            "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "You route."}]),
            "gen_ai.input.messages": json.dumps(ASKED[1:]),
            "gen_ai.output.messages": json.dumps(SAID),
        }
    ),
    "numbered attributes": span(OLDER),
    "events": span(
        KNOWN,
        events=[
            event("gen_ai.system.message", content="You route."),
            event("gen_ai.user.message", content="book a room"),
            event("gen_ai.choice", index=0, finish_reason="stop", message=json.dumps({"content": "schedule"})),
        ],
    ),
    "events with a body": span(
        KNOWN,
        events=[
            event("gen_ai.system.message", **{"gen_ai.event.content": json.dumps({"content": "You route."})}),
            event("gen_ai.user.message", **{"gen_ai.event.content": json.dumps({"content": "book a room"})}),
            event(
                "gen_ai.choice",
                **{
                    "gen_ai.event.content": json.dumps(
                        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "schedule"}}
                    )
                },
            ),
        ],
    ),
    "events of content": span(
        KNOWN,
        events=[
            event(
                "gen_ai.content.prompt",
                **{
                    "gen_ai.prompt": json.dumps(
                        [{"role": "system", "content": "You route."}, {"role": "user", "content": "book a room"}]
                    )
                },
            ),
            event(
                "gen_ai.content.completion",
                **{"gen_ai.completion": json.dumps([{"role": "assistant", "content": "schedule"}])},
            ),
        ],
    ),
    "an event of details": span(
        KNOWN,
        events=[
            event(
                "gen_ai.client.inference.operation.details",
                **{"gen_ai.input.messages": ASKED, "gen_ai.output.messages": SAID},
            )
        ],
    ),
}


def read(path: Path, text: str) -> tuple[list[SourceRow | InputError], list[str]]:
    """The rows of a file, and what is noted of it."""
    path.write_text(text)
    with opened_source(str(path), FileOptions(of_calls=True)) as (source, file):
        assert source.name == "otel"
        return list(source.rows(file)), file.notes


@pytest.mark.parametrize("form", FORMS)
def test_each_form_says_the_same(tmp_path: Path, form: str) -> None:
    rows, _ = read(tmp_path / "spans.json", json.dumps(export(FORMS[form])))
    (row,) = rows
    assert isinstance(row, SourceRow)
    assert row.fields["input"] == "book a room"
    assert row.fields["system"] == "You route."
    call = row.call
    assert call is not None
    assert (call.output, call.model, outcome_of(call), call.finish_reason) == (
        "schedule",
        "gpt-5",
        Outcome.COMPLETE,
        "stop",
    )
    assert (call.usage.prompt, call.usage.completion) == (30, 3)
    assert (call.served, call.latency_ms) == (END, 12.426)
    assert call.name == "0ff8ff310d8fd45e7b08a819dee614cc/af6b9a90adc23935"
    assert call.detail["service"] == "router"


def test_lines_documents_lists_and_what_sdks_print_are_read(tmp_path: Path) -> None:
    spans = [{**FORMS["messages as JSON"], "spanId": f"{number:016x}"} for number in range(4)]
    printed = {
        "name": "chat gpt-5",
        "context": {"trace_id": "0x0ff8", "span_id": "0xaf6b"},
        "start_time": "2026-11-29T09:35:06.753286Z",
        "end_time": "2026-11-29T09:35:06.765665Z",
        "status": {"status_code": "UNSET"},
        "attributes": {**KNOWN, "gen_ai.input.messages": json.dumps(ASKED), "gen_ai.output.messages": json.dumps(SAID)},
        "events": [],
        "resource": {"attributes": {"service.name": "router"}},
    }
    files = {
        "lines.jsonl": "".join(json.dumps(export(one)) + "\n" for one in spans),
        "whole.json": json.dumps(export(*spans), indent=1),
        "list.json": json.dumps([export(*spans[:2]), export(*spans[2:])]),
        "spans.jsonl": "".join(json.dumps(one) + "\n" for one in spans),
        "printed.json": "".join(json.dumps(printed, indent=4) + "\n" for _ in spans),
    }
    for name, text in files.items():
        rows, _ = read(tmp_path / name, text)
        assert len(rows) == 4, name
        assert all(isinstance(row, SourceRow) and row.fields["input"] == "book a room" for row in rows), name


def test_tools_failures_and_cut_answers(tmp_path: Path) -> None:
    called = [{"role": "assistant", "parts": [{"type": "tool_call", "name": "book", "arguments": {"room": 4}}]}]
    asked = {"gen_ai.input.messages": json.dumps(ASKED)}
    older = {name: one for name, one in OLDER.items() if "completion.0" not in name}
    spans = [
        span({**KNOWN, **asked, "gen_ai.output.messages": json.dumps(called)}),
        span(
            {
                **older,
                "gen_ai.completion.0.finish_reason": "tool_calls",
                "gen_ai.completion.0.tool_calls.0.name": "book",
                "gen_ai.completion.0.tool_calls.0.arguments": '{"room": 4}',
            }
        ),
        span({**KNOWN, **asked, "gen_ai.output.messages": json.dumps([{**SAID[0], "finish_reason": "length"}])}),
        span(
            {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5", "error.type": "RateLimitError", **asked},
            status={"code": "STATUS_CODE_ERROR", "message": "Error code: 429 - Rate limit reached"},
        ),
        span({**KNOWN, **asked, "gen_ai.user": "u1"}, status={"code": 2}),
    ]
    rows, _ = read(tmp_path / "spans.jsonl", "".join(json.dumps(export(one)) + "\n" for one in spans))
    calls = [row.call for row in rows if isinstance(row, SourceRow) and row.call]
    assert [call.output for call in calls[:2]] == ['[{"name":"book","arguments":{"room":4}}]'] * 2
    assert [outcome_of(call) for call in calls] == [
        Outcome.COMPLETE,
        Outcome.COMPLETE,
        Outcome.TRUNCATED,
        Outcome.RATE_LIMITED,
        Outcome.PROVIDER_ERROR,
    ]
    assert calls[3].error == "RateLimitError: Error code: 429 - Rate limit reached"
    assert calls[4].people == {"gen_ai.user": "u1"}


def test_other_spans_and_those_that_say_nothing_are_told(tmp_path: Path) -> None:
    spans = [
        span({"http.request.method": "GET"}),
        span({"gen_ai.operation.name": "embeddings", "gen_ai.request.model": "x"}),
        span({"gen_ai.operation.name": "execute_tool"}),
        span(KNOWN),
        FORMS["messages as JSON"],
    ]
    rows, notes = read(tmp_path / "spans.json", json.dumps(export(*spans)))
    assert len(rows) == 1
    assert "3 spans of other things" in notes[0]
    assert "1 span of calls that do not say what was asked" in notes[1]


@pytest.mark.parametrize(
    "odd",
    [
        {"resourceSpans": "x"},
        {"resourceSpans": [None, {"scopeSpans": [1, {"spans": [2, {"attributes": {"gen_ai.system": 1}}]}]}]},
        export(span({**KNOWN, "gen_ai.input.messages": "[not json", "gen_ai.output.messages": "{"})),
        export(span({**KNOWN, "gen_ai.input.messages": json.dumps([1, None, {"parts": [3, {"type": "blob"}]}])})),
        export(span({f"gen_ai.prompt.{10**5}.content": ["x"], "gen_ai.completion.7.content": {"a": 1}})),
        export(span(OLDER, startTimeUnixNano="x", endTimeUnixNano={})),
        export(span(OLDER, events="x", status=[])),
        export({"attributes": [{"key": 1}, {"value": 2}, 3]}),
    ],
)
def test_odd_spans_are_taken_or_named(tmp_path: Path, odd: Any) -> None:
    good = FORMS["messages as JSON"]
    rows, _ = read(
        tmp_path / "spans.jsonl", f"{json.dumps(export(good))}\n{json.dumps(odd)}\n{json.dumps(export(good))}\n"
    )
    assert isinstance(rows[0], SourceRow)
    assert isinstance(rows[-1], SourceRow)
    assert len(rows) <= 3
