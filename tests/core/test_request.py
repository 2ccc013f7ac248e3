from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from synterm.core.model import DEFAULT_EMBEDDED, ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import JsonSchema, Labels, Request

MODEL = ModelSpec(name="stub", model="openai/stub", api_base="http://127.0.0.1:1/v1", api_key_env="STUB_KEY")
MESSAGES = (Message(role="system", content="Route it."), Message(role="user", content="hi"))
REQUEST = Request(MODEL, MESSAGES, {"temperature": 0, "max_tokens": 16})


def test_equal_requests_have_equal_keys() -> None:
    assert Request(MODEL, MESSAGES, {"max_tokens": 16, "temperature": 0}).key == REQUEST.key


@pytest.mark.parametrize(
    "changed",
    [
        {"messages": MESSAGES[:1]},
        {"messages": MESSAGES[::-1]},
        {"params": {"temperature": 1, "max_tokens": 16}},
        {"params": {}},
        {"repeat": 1},
        {"constraint": Labels(("a", "b"))},
        {"constraint": Labels(("b", "a"))},
        {"constraint": JsonSchema({"type": "object"})},
        {"model": MODEL.model_copy(update={"model": "openai/other"})},
        {"model": MODEL.model_copy(update={"api_base": None})},
    ],
)
def test_whatever_decides_the_answer_changes_the_key(changed: dict[str, Any]) -> None:
    assert replace(REQUEST, **changed).key != REQUEST.key


@pytest.mark.parametrize("changed", [{"name": "other"}, {"api_key_env": "OTHER_KEY"}, {"constrain": True}])
def test_names_and_keys_of_the_user_do_not(changed: dict[str, Any]) -> None:
    assert replace(REQUEST, model=MODEL.model_copy(update=changed)).key == REQUEST.key


def test_the_default_model_goes_by_the_name_of_what_it_is() -> None:
    default = Request(ModelSpec(name="a", model="embedded/default"), MESSAGES)
    assert default.key == Request(ModelSpec(name="b", model=DEFAULT_EMBEDDED), MESSAGES).key


def test_params_that_are_no_json_are_refused() -> None:
    with pytest.raises(TypeError):
        Request(MODEL, MESSAGES, {"stop": {1}})
