"""What goes to workers and comes back is what it was, and anything else is refused."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.checks.judge import Judgement
from synterm.core.completion import Completion, Outcome, Usage
from synterm.core.evaluation import CheckResult
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import JsonSchema, Labels, Request
from synterm.executors.judging import judgement_line, judgement_of
from synterm.executors.lines import completion_of, packed, request_line, request_of, unpacked
from synterm.providers import wire
from synterm.text import storable

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
PERHAPS = st.none() | TEXTS
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | FLOATS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXTS, JSON, max_size=3)
MODELS = st.builds(
    ModelSpec,
    name=st.text("ab", min_size=1, max_size=5),
    model=st.sampled_from(["openai/a", "embedded/default", "http/app", "scripted/rules"]),
    params=OBJECTS,
    api_base=st.none() | st.just("http://127.0.0.1:9/v1"),
    rpm=st.none() | st.integers(1, 1000),
)
REQUESTS = st.builds(
    Request,
    model=MODELS,
    messages=st.lists(
        st.builds(Message, role=st.sampled_from(["system", "user", "assistant"]), content=TEXTS), max_size=3
    ).map(tuple),
    params=OBJECTS,
    constraint=st.none() | st.builds(Labels, st.lists(TEXTS, max_size=3).map(tuple)) | st.builds(JsonSchema, OBJECTS),
    repeat=st.integers(0, 1000),
    dialog=st.none() | OBJECTS,
    values=st.none() | OBJECTS,
)
COUNTS = st.none() | st.integers(0, 10**9)
COMPLETIONS = st.builds(
    Completion,
    outcome=st.sampled_from(Outcome),
    text=TEXTS.map(storable),
    finish_reason=PERHAPS,
    usage=st.builds(Usage, COUNTS, COUNTS),
    cost_usd=st.none() | FLOATS,
    latency_ms=st.none() | FLOATS,
    first_token_ms=st.none() | FLOATS,
    raw=st.binary(),
    error=PERHAPS.map(lambda text: text if text is None else storable(text)),
    hint=PERHAPS,
    retry_after_s=st.none() | FLOATS,
    attempts=st.integers(1, 9),
)
SHARES = st.none() | st.floats(0, 1)


def results(parts: st.SearchStrategy[tuple[CheckResult, ...]]) -> st.SearchStrategy[CheckResult]:
    """What checks find; `parts`: what those of a set found."""
    return st.builds(
        CheckResult,
        type=TEXTS,
        passed=st.none() | st.booleans(),
        score=SHARES,
        reason=TEXTS,
        error=PERHAPS,
        label=PERHAPS,
        expected_label=PERHAPS,
        metric=PERHAPS,
        parts=parts,
        judge=PERHAPS,
        agreed=SHARES,
    )


ALONE = results(st.just(()))
SETS = results(st.lists(ALONE, max_size=2).map(tuple))
JUDGEMENTS = st.tuples(st.lists(ALONE | SETS, max_size=3).map(tuple), st.none() | st.booleans(), SHARES)


def sent(line: dict[str, Any]) -> dict[str, Any]:
    """The line as it comes out on the other side."""
    [came] = unpacked(packed([line]))
    return came


@given(REQUESTS)
def test_a_request_is_the_same_on_the_other_side(request: Request) -> None:
    came = request_of(sent(request_line(request)))
    assert came == request
    assert came.key == request.key


@given(COMPLETIONS)
def test_a_completion_is_the_same_on_the_other_side(completion: Completion) -> None:
    assert completion_of(sent(wire.pack(completion))) == completion


@given(JUDGEMENTS)
def test_a_verdict_is_the_same_on_the_other_side(judgement: Judgement) -> None:
    assert judgement_of(sent(judgement_line(judgement))) == judgement


@given(COMPLETIONS, st.sampled_from([*wire.pack(Completion(Outcome.COMPLETE))]), JSON)
def test_what_is_no_completion_is_refused_or_read_as_one(completion: Completion, name: str, value: Any) -> None:
    line = sent(wire.pack(completion) | {name: value})
    try:
        read = completion_of(line)
    except (KeyError, TypeError, ValueError):
        return
    assert sent(wire.pack(read)).keys() == line.keys()


@pytest.mark.parametrize("content", [b"\x80", b"{", b"[]", b'"x"\n', b'{"id": 1}\n5'])
def test_what_is_no_line_of_json_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"no JSON object|line 1"):
        unpacked(content)


def test_a_verdict_with_another_field_is_refused() -> None:
    line = judgement_line(((CheckResult("label", True, 1.0, ""),), True, 1.0))
    line["results"][0]["more"] = 1
    with pytest.raises(ValueError, match="other fields"):
        judgement_of(line)


def test_a_text_where_a_verdict_is_to_be_is_refused() -> None:
    line = judgement_line(((CheckResult("label", True, 1.0, ""),), True, 1.0))
    with pytest.raises(TypeError, match="its passed is a str"):
        judgement_of(line | {"passed": "yes"})


def test_a_model_is_read_once() -> None:
    model = ModelSpec(name="a", model="openai/a")
    lines = [sent(request_line(Request(model, (Message(role="user", content=text),)))) for text in ("a", "b")]
    first, second = map(request_of, lines)
    assert first.model is second.model
    assert orjson.loads(lines[0]["model"])["model"] == "openai/a"
