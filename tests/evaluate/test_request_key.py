"""The key of a request by which the cache knows it, over any content."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.core.ids import canonical_json
from synterm.core.model import ModelSpec
from synterm.core.prompt import Example, Message, Prompt, PromptBody
from synterm.core.request import Constraint, JsonSchema, Labels, Request
from synterm.core.tree import Node, Tree
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.plan import plan, rendered
from synterm.evaluate.variants import choose_prompts, make_variants

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.text(), JSON, max_size=4)
MESSAGES = st.lists(
    st.builds(Message, role=st.sampled_from(["system", "user", "assistant"]), content=st.text()), max_size=4
).map(tuple)
CONSTRAINTS: st.SearchStrategy[Constraint | None] = (
    st.none() | st.builds(Labels, st.lists(st.text(), max_size=3).map(tuple)) | st.builds(JsonSchema, OBJECTS)
)
NAMES = st.text(min_size=1, max_size=20)
MODELS = st.builds(ModelSpec, name=NAMES, model=NAMES, api_base=st.none() | st.text())
REQUESTS = st.builds(Request, MODELS, MESSAGES, OBJECTS, CONSTRAINTS, st.integers(0, 9))


def shuffled(value: Any) -> Any:
    """The same JSON value with the names of all objects in another order."""
    if isinstance(value, dict):
        return {name: shuffled(inner) for name, inner in reversed(value.items())}
    return [shuffled(inner) for inner in value] if isinstance(value, list) else value


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: 1 and 1.0 are not, -0.0 and 0.0 are not."""
    return canonical_json(one) == canonical_json(other)


@given(REQUESTS)
def test_the_order_of_names_does_not_matter(request: Request) -> None:
    constraint = request.constraint
    if isinstance(constraint, JsonSchema):
        constraint = JsonSchema(shuffled(constraint.schema))
    twin = Request(request.model, request.messages, shuffled(request.params), constraint, request.repeat)
    assert twin.key == request.key


@given(REQUESTS)
def test_a_request_that_went_through_json_has_the_same_key(request: Request) -> None:
    again = replace(request, params=json.loads(json.dumps(request.params)))
    assert again.key == request.key


@given(REQUESTS, NAMES, st.booleans())
def test_what_the_user_calls_a_model_does_not_matter(request: Request, name: str, constrain: bool) -> None:
    other = request.model.model_copy(update={"name": name, "api_key_env": "SOME_KEY", "constrain": constrain})
    assert replace(request, model=other).key == request.key


@given(REQUESTS, REQUESTS)
def test_requests_with_equal_keys_say_the_same(one: Request, other: Request) -> None:
    assert (one.key == other.key) == same(one.canonical(), other.canonical())


@given(REQUESTS, OBJECTS)
def test_other_parameters_have_another_key(request: Request, params: dict[str, Any]) -> None:
    assume(not same(params, request.params))
    assert replace(request, params=params).key != request.key


@given(REQUESTS, MESSAGES)
def test_other_messages_have_another_key(request: Request, messages: tuple[Message, ...]) -> None:
    assume(messages != request.messages)
    assert replace(request, messages=messages).key != request.key


@given(REQUESTS, st.text(), st.data())
def test_any_change_of_a_message_has_another_key(request: Request, text: str, data: st.DataObject) -> None:
    assume(request.messages)
    at = data.draw(st.integers(0, len(request.messages) - 1))
    old = request.messages[at]
    assume(text != old.content)
    changed = (*request.messages[:at], Message(role=old.role, content=text), *request.messages[at + 1 :])
    assert replace(request, messages=changed).key != request.key


@given(REQUESTS, CONSTRAINTS)
def test_another_constraint_has_another_key(request: Request, constraint: Constraint | None) -> None:
    other = replace(request, constraint=constraint)
    assume(not same(other.canonical(), request.canonical()))
    assert other.key != request.key


@given(st.lists(st.text(), max_size=3), REQUESTS)
def test_labels_and_a_schema_are_not_taken_for_each_other(labels: list[str], request: Request) -> None:
    keys = [
        replace(request, constraint=constraint).key
        for constraint in (None, Labels(tuple(labels)), JsonSchema({}), JsonSchema({"labels": labels}))
    ]
    assert len(set(keys)) == len(keys)


@given(REQUESTS, OBJECTS, OBJECTS)
def test_values_are_part_of_it_only_where_they_are_sent(
    request: Request, one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert "values" not in request.canonical()
    keys = {replace(request, values=values).key for values in (None, one, other)}
    assert len(keys) == (2 if same(one, other) else 3)


def test_it_is_what_it_was_in_files_that_are_there_already() -> None:
    model = ModelSpec(name="a", model="openai/stub", api_base="http://127.0.0.1:1/v1")
    labels = Labels(("a", "b"))
    request = Request(model, (Message(role="user", content="hi"),), {"temperature": 0}, labels, 2)
    assert request.key == "e2531f99bc206a3b790d4f5dde85ee57a58646e7d54160637038b59ba346fe0c"


@pytest.mark.parametrize("model", ["openai/stub", "http/app"])
def test_only_an_app_gets_the_values_of_a_case_and_no_examples(model: str) -> None:
    example = Example(input={"message": "a"}, expected="b")
    body = PromptBody(messages=(Message(role="user", content="{{ message }}"),), examples=(example,))
    [variant] = make_variants(choose_prompts([Prompt(name="p", draft=body)], []), [ModelSpec(name="m", model=model)])
    case, checklist = Case(scenario_id="s", input={"message": "hello", "n": 1}), Checklist(Tree([]))
    [task] = [rendered(task, checklist) for task in plan([case], variant, checklist)]
    assert task.request
    app = model.startswith("http/")
    assert task.request.values == (case.input if app else None)
    assert len(task.request.messages) == (1 if app else 3)


@given(REQUESTS, st.integers(0, 9))
def test_another_repeat_has_another_key(request: Request, repeat: int) -> None:
    assert (replace(request, repeat=repeat).key == request.key) == (repeat == request.repeat)


@given(REQUESTS, NAMES, st.none() | st.text())
def test_another_model_or_endpoint_has_another_key(request: Request, model: str, endpoint: str | None) -> None:
    other = request.model.model_copy(update={"model": model, "api_base": endpoint})
    assume((other.resolved, endpoint) != (request.model.resolved, request.model.api_base))
    assert replace(request, model=other).key != request.key


@given(NAMES, NAMES)
def test_what_the_user_calls_a_prompt_a_case_or_a_scenario_does_not_matter(one: str, other: str) -> None:
    body = PromptBody(messages=(Message(role="user", content="{{ message }}"),))
    keys: set[str] = set()
    for name in (one, other):
        feature = Node(level="feature", name=name)
        behavior = Node(level="behavior", name=name, parent_id=feature.id)
        scenario = Node(level="scenario", name=name, parent_id=behavior.id)
        choices = choose_prompts([Prompt(name=name, draft=body)], [])
        [variant] = make_variants(choices, [ModelSpec(name=name, model="openai/stub")])
        case = Case(scenario_id=scenario.id, input={"message": "hello"}, tags=(name,))
        checklist = Checklist(Tree([feature, behavior, scenario]))
        [task] = [rendered(task, checklist) for task in plan([case], variant, checklist)]
        assert task.request
        keys.add(task.request.key)
    assert len(keys) == 1
