from __future__ import annotations

from typing import Any

import pytest

from synterm.core.prompt import Example, Message, PromptBody, Role
from synterm.core.render import Renderer, values_for
from synterm.errors import InputError


def body(*messages: tuple[Role, str], examples: tuple[tuple[dict[str, Any], Any], ...] = ()) -> PromptBody:
    return PromptBody(
        messages=tuple(Message(role=role, content=content) for role, content in messages),
        examples=tuple(Example(input=given, expected=expected) for given, expected in examples),
    )


def rendered(prompt: PromptBody, **values: Any) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in Renderer(prompt).render(values)]


ROUTER: tuple[tuple[Role, str], ...] = (("system", "Route it."), ("user", "Message: {{ message }}"))


def test_placeholders_get_the_values_of_the_case() -> None:
    assert rendered(body(*ROUTER), message="hi") == [("system", "Route it."), ("user", "Message: hi")]


def test_examples_go_before_the_last_user_message_as_turns() -> None:
    prompt = body(*ROUTER, examples=(({"message": "book"}, "schedule"), ({"message": "recap"}, {"route": 1})))
    assert rendered(prompt, message="hi") == [
        ("system", "Route it."),
        ("user", "Message: book"),
        ("assistant", "schedule"),
        ("user", "Message: recap"),
        ("assistant", '{"route":1}'),
        ("user", "Message: hi"),
    ]


def test_only_the_last_user_message_takes_the_examples() -> None:
    prompt = body(("user", "a"), ("assistant", "b"), ("user", "{{ m }}"), examples=(({"m": "x"}, "y"),))
    assert [content for _, content in rendered(prompt, m="z")] == ["a", "b", "x", "y", "z"]


def test_a_template_can_place_the_examples_itself() -> None:
    prompt = body(
        ("system", "{% for e in examples %}{{ e.input.m }}={{ e.expected }};{% endfor %}"),
        ("user", "{{ m }}"),
        examples=(({"m": "x"}, "y"),),
    )
    assert rendered(prompt, m="z") == [("system", "x=y;"), ("user", "z")]
    assert Renderer(prompt).variables == {"m"}


def test_a_prompt_without_a_user_message_leaves_the_examples_out() -> None:
    assert rendered(body(("system", "a"), examples=(({"m": "x"}, "y"),))) == [("system", "a")]


def test_values_that_no_placeholder_names_do_not_matter() -> None:
    assert rendered(body(*ROUTER), message="hi", more="x")[1] == ("user", "Message: hi")


def test_a_missing_value_is_told_with_what_there_is() -> None:
    with pytest.raises(InputError) as error:
        Renderer(body(*ROUTER)).render({"text": "hi"})
    assert str(error.value) == "the case's input has no value for message"
    assert error.value.hint == "it has: text"


def test_a_message_that_does_not_compile_is_told_by_role_and_line() -> None:
    with pytest.raises(InputError) as error:
        Renderer(body(("system", "fine"), ("user", "a\n{{ b")))
    assert error.value.where == "user message 2, line 2"


def test_an_example_without_a_value_is_told_by_number() -> None:
    prompt = body(*ROUTER, examples=(({"message": "a"}, "b"), ({"text": "a"}, "b")))
    with pytest.raises(InputError) as error:
        Renderer(prompt)
    assert error.value.where == "example 2"


def test_a_bare_text_fills_the_only_variable() -> None:
    assert values_for(body(*ROUTER), "hi") == {"message": "hi"}
    with pytest.raises(InputError, match="this prompt has 2"):
        values_for(body(("user", "{{ a }} {{ b }}")), "hi")
    with pytest.raises(InputError, match="this prompt has 0"):
        values_for(body(("user", "a")), "hi")
