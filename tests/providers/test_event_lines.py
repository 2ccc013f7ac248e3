from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Outcome, Usage
from synterm.providers.event_lines import EventLines
from synterm.providers.openai_answers import StreamedAnswer

BREAKS = st.sampled_from(["\n", "\r\n", "\r"])
TEXTS = st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=("Cs",)), max_size=20)


def read(body: bytes, cuts: list[int]) -> list[bytes]:
    """The events in `body` when it comes in chunks that end at `cuts`."""
    lines, found = EventLines(), list[bytes]()
    places = sorted({min(cut, len(body)) for cut in cuts})
    for start, end in zip([0, *places], [*places, len(body)], strict=True):
        found += lines.feed(body[start:end])
    return found + lines.end()


@given(
    st.lists(st.tuples(st.sampled_from(["data: ", "data:", ": ", "event: ", "id:", ""]), TEXTS, BREAKS), max_size=8),
    st.lists(st.integers(0, 400), max_size=12),
)
def test_any_chunking_gives_the_same_events(lines: list[tuple[str, str, str]], cuts: list[int]):
    body = "".join(f"{field}{text}{end}" for field, text, end in lines).encode()
    expected = [
        text.encode().strip()
        for line in body.replace(b"\r", b"\n").split(b"\n")
        if line.startswith(b"data:") and (text := line[5:].decode()).encode().strip()
    ]
    assert read(body, cuts) == expected
    assert read(body, list(range(len(body)))) == expected


@given(st.lists(st.text(max_size=10), max_size=8), st.lists(st.integers(0, 2000), max_size=12), BREAKS)
def test_text_streams_to_the_same_answer_however_it_is_cut(pieces: list[str], cuts: list[int], line_break: str):
    pieces = [piece.encode("utf-8", "replace").decode() for piece in pieces]
    deltas = [{"choices": [{"delta": {"content": piece}}]} for piece in pieces]
    last = {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
    lines = [f"data: {json.dumps(event, ensure_ascii=False)}" for event in [*deltas, last]]
    body = "".join(f"{line}{line_break * 2}" for line in [*lines, "data: [DONE]"]).encode()
    answer, texts = StreamedAnswer(lambda tokens, usage: 0.5), list[str]()
    for data in read(body, cuts):
        texts.append(answer.take(data))
    done = answer.completion()
    assert answer.done
    assert "".join(texts) == "".join(pieces)
    assert done.usage == Usage(3, 2)
    assert done.cost_usd == 0.5
    assert done.outcome is (Outcome.COMPLETE if done.text else Outcome.EMPTY)


def test_data_follows_its_field_with_a_space_or_without():
    assert read(b"data:a\ndata: b\ndata :c\nDATA: d\ndatabase: e\n", []) == [b"a", b"b"]


def test_a_last_line_needs_no_line_break():
    assert read(b"data: a\n\ndata: b", [3, 12]) == [b"a", b"b"]
