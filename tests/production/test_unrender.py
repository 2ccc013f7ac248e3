"""Back from what a prompt made to the value that was put in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.prompt import Message, Prompt, PromptBody
from synterm.core.template import compile_template
from synterm.production.unrender import frames_of, value_in


def prompt(*contents: str) -> Prompt:
    """A prompt whose draft has these messages of the user."""
    messages = tuple(Message(role="user", content=content) for content in contents)
    return Prompt(name="p", draft=PromptBody(messages=messages))


@given(st.text(), st.sampled_from(["Q: {{ message }}", "{{ message }}\nA:", "Say «{{message}}» again.\n"]))
def test_what_was_put_in_comes_back(value: str, template: str) -> None:
    frames = frames_of([prompt(template), prompt("{{ message }}")], "message")
    assert value_in(compile_template(template).render({"message": value}), frames) == value


@pytest.mark.parametrize(
    "template",
    [
        "{{ message }}",
        "plain",
        "{{ message }} and {{ message }}",
        "{{ message | upper }}!",
        "{{ message }} {{ other }}",
        "{% if message %}Q: {{ message }}{% endif %}{% for c in message %}.{% endfor %}",
        "Q: {{ message",
    ],
)
def test_templates_that_say_more_or_nothing_are_let_be(template: str) -> None:
    frames = frames_of([prompt(template)], "message")
    assert value_in("Q: what?", frames) == "Q: what?"


def test_the_longest_that_fits_is_taken_and_others_stay_as_they_are() -> None:
    frames = frames_of([prompt("Q: {{ message }}"), prompt("Q: {{ message }}\nA:")], "message")
    assert value_in("Q: why?\nA:", frames) == "why?"
    assert value_in("Q: why?", frames) == "why?"
    assert value_in("why?", frames) == "why?"
