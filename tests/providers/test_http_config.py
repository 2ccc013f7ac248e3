"""What may stand in the parameters of an HTTP target, and how the rest is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.model import ModelSpec, Price
from synterm.errors import InputError, ModelError
from synterm.providers.availability import usable
from synterm.providers.http_body import fill, fill_path, variables
from synterm.providers.http_config import filled_in, whole_target
from synterm.providers.known_params import check_params, param_problem
from synterm.providers.prices import is_free, price_of

SECRET = "sk-1234567890abcdef"
CHAT = {"start": {"path": "s", "session": "id"}, "turn": {"path": "s/{{ session }}"}}


def spec(params: dict[str, Any] | None = None, **fields: Any) -> ModelSpec:
    return ModelSpec.model_validate(
        {"name": "app", "model": "http/app", "api_base": "http://127.0.0.1:9/", "params": params or {}, **fields}
    )


@pytest.mark.parametrize(
    "params",
    [
        {},
        CHAT,
        {**CHAT, "end": {"path": "s/{{ session }}", "method": "POST", "body": {"a": 1}}},
        {"method": "GET", "path": "q={{ message }}", "timeout_s": 5},
        {"headers": {"Authorization": "Bearer $APP_TOKEN", "X-A": "$$5"}, "answer": "$", "error": "error.message"},
        {"body": None},
        {"body": "{{ input }}"},
    ],
)
def test_what_may_stand_there(params: dict[str, Any]) -> None:
    check_params(spec(params, api_key_env="APP_TOKEN"))


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"bdy": {}}, "bdy: is not a field here; did you mean body"),
        ({"temperature": 0}, "temperature: is not a field here"),
        ({"method": "HEAD"}, "method: must be 'GET'"),
        ({"timeout_s": 0}, "timeout_s: must be over 0"),
        ({"timeout_s": "5"}, "timeout_s: must be a number"),
        ({"answer": "a..b"}, "answer: is no path"),
        ({"answer": ""}, "answer: is no path"),
        ({"body": {"a": [{"b": "{{ x"}]}}, "body: a[0].b: line 1"),
        ({"body": {"a": "{% include 'x' %}"}}, "body: a: line 1: include is not for prompts"),
        ({"body": "x" * 300_000}, "body: is over 200,000 bytes"),
        ({"body": ["x"] * 2000}, "body: holds over 1,000 texts"),
        ({"path": "{{ x"}, "path: line 1"),
        ({"headers": {"A b": "x"}}, "headers: 'A b' is no header"),
        ({"headers": {"A": "x\r\nB: y"}}, "headers: 'A' is no header"),
        ({"headers": {"Host": "evil.example"}}, "headers: Host is set by itself"),
        ({"headers": {"content-length": "3"}}, "headers: content-length is set by itself"),
        ({"headers": {"Authorization": f"Bearer {SECRET}"}}, "headers: Authorization must name the variable"),
        ({"headers": {"X-Api-Key": SECRET}}, "headers: X-Api-Key must name the variable"),
        ({"headers": {"Cookie": f"a={SECRET}"}}, "headers: Cookie must name the variable"),
        ({"headers": {"X-A": "$OPENAI_API_KEY"}}, "headers: X-A may name the variable in api_key_env only"),
        ({"headers": {"X-A": "$APP_TOKEN ${HOME}"}}, "headers: X-A may name the variable in api_key_env only"),
        ({"start": {"path": "s", "session": "id"}}, "start: needs turn"),
        ({"turn": {"path": "s"}}, "turn: needs start"),
        ({"end": {"path": "s"}}, "end: needs start"),
        ({**CHAT, "body": {}}, "body: must stand within turn"),
        ({**CHAT, "path": "x", "method": "GET"}, "method, path: must stand within turn"),
        ({"start": {"path": "s"}, "turn": {}}, "start.session: is missing"),
        ({"start": {"session": "id", "url": "https://evil.example"}, "turn": {}}, "start.url: is not a field here"),
        ({"turn": {"answer": "a"}}, "turn.answer: is not a field here"),
    ],
)
def test_what_may_not_is_named_without_its_value(params: dict[str, Any], words: str) -> None:
    with pytest.raises(ModelError) as caught:
        check_params(spec(params, api_key_env="APP_TOKEN"))
    assert words in str(caught.value)
    assert SECRET not in f"{caught.value} {caught.value.hint}"
    assert usable(spec(params, api_key_env="APP_TOKEN")).state == "missing"


def test_a_target_needs_an_address() -> None:
    with pytest.raises(ModelError, match="needs api_base"):
        check_params(spec(api_base=None))


def test_a_target_has_no_price_for_tokens() -> None:
    with pytest.raises(ModelError, match="tells no tokens"):
        check_params(spec(price=Price(input=1, output=1)))


def test_what_an_app_costs_is_not_known_unless_it_is_said() -> None:
    unknown, free = spec(), spec(price=Price(input=0, output=0))
    assert (is_free(unknown), is_free(free)) == (False, True)
    price = price_of(unknown)
    assert price is not None
    assert price.free, "no cap can count it"


@pytest.mark.parametrize("value", [("timeout_s", 5), ("body", {"a": "{{ b }}"}), ("start", {"session": "id"})])
def test_a_parameter_of_a_prompt_is_looked_at_by_itself(value: tuple[str, Any]) -> None:
    assert param_problem(spec(), *value) is None
    problem = param_problem(spec(), "temperature", 1)
    assert problem
    assert "is not a field here" in str(problem)


def test_where_it_is_usable() -> None:
    assert usable(spec(), ["http://127.0.0.1:9"]).reason == "no key at http://127.0.0.1:9"
    assert usable(spec()).restricted, "what is sent, the project says: so also on this machine only where approved"
    found = usable(spec(api_base="https://app.example"))
    assert (found.state, found.restricted) == ("missing", True)
    assert usable(spec(api_base="https://app.example"), ["https://app.example"]).state == "ready"
    assert usable(spec(api_key_env="NOT_SET_TOKEN"), ["http://127.0.0.1:9"]).hint == "set it: export NOT_SET_TOKEN=…"


@given(st.text(max_size=30), st.text(max_size=20))
def test_a_value_never_leaves_its_place_in_a_path(value: str, other: str) -> None:
    try:
        path = fill_path("a/{{ value }}/b?x={{ other }}", {"value": value, "other": other})
    except InputError as error:
        assert value in (".", "..") or "characters" in str(error)
        return
    steps, _, query = path.partition("?")
    assert (steps.count("/"), query.count("&"), query.count("="), path.count("#")) == (2, 0, 1, 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_a_variable_alone_is_its_value_and_is_never_rendered_again(value: Any) -> None:
    assert fill({"a": ["{{ x }}"]}, {"x": value}) == {"a": [value]}
    if isinstance(value, str):
        assert fill("<{{ x }}>", {"x": value}) == f"<{value}>"


@given(st.dictionaries(st.text(), JSON, max_size=3))
def test_the_conversation_goes_before_values_of_the_same_name(values: dict[str, Any]) -> None:
    known = variables({**values, "messages": "own", "input": "own", "system": "own"}, ())
    assert (known["messages"], known["system"]) == ([], "")
    assert known["input"]["input"] == "own"
    assert "message" not in known or known["message"] == values.get("message")


@pytest.mark.parametrize(
    ("text", "sent"),
    [("Bearer $T", "Bearer v"), ("${T}x", "vx"), ("$$T", "$T"), ("$ 5", "$ 5"), ("a", "a"), ("$T$T", "vv")],
)
def test_headers_name_variables(text: str, sent: str) -> None:
    assert filled_in(text, {"T": "v"}) == sent


def test_the_parameters_of_a_prompt_count_too() -> None:
    assert whole_target(spec({"answer": "a"}), {"answer": "a", "timeout_s": 3}).timeout_s == 3
