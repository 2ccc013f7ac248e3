"""The settings of a context, and what a prompt makes of what was found."""

from __future__ import annotations

from typing import Any

import pytest

from synterm.core.context import ContextSettings, Retrieval, Retrieved, read_settings, settings_of
from synterm.core.model import ModelSpec
from synterm.core.prompt import Example, Message, PromptBody
from synterm.core.recipe import recipe_of
from synterm.core.render import Renderer
from synterm.errors import InputError
from synterm.providers.known_params import param_problem

FOUND = Retrieval((Retrieved("a.md", "{{ message }} {% for %}", 0.5), Retrieved("b.md", "two", 0.25)))


def body(user: str, settings: Any = None, **fields: Any) -> PromptBody:
    params = {} if settings is None else {"context": settings}
    return PromptBody(messages=(Message(role="user", content=user),), params=params, **fields)


def rendered(user: str, settings: Any = None, **values: Any) -> str:
    return (
        Renderer(body(user, {} if settings is None else settings))
        .render({"message": "hi", **values}, FOUND)[-1]
        .content
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"top_k": 0}, "context.top_k: must be at least 1"),
        ({"top_k": 51}, "context.top_k: must be at most 50"),
        ({"top_k": "4"}, "context.top_k: must be a whole number"),
        ({"top_k": True}, "context.top_k: must be a whole number"),
        ({"chunk_size": 10}, "context.chunk_size: must be at least 50"),
        ({"chunk_size": 100, "overlap": 60}, "overlap must be at most half of chunk_size: 50"),
        ({"method": "magic"}, "context.method: must be 'bm25', 'embeddings' or 'hybrid'"),
        ({"topk": 3}, "context.topk: is not a field here; did you mean top_k?"),
        ({"documents": [""]}, "context.documents[0]: must not be empty"),
        ("yes", "context: must be named values"),
    ],
)
def test_wrong_settings_name_their_field(given: Any, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_settings(given)
    assert words in str(caught.value)
    problem = param_problem(ModelSpec(name="m", model="scripted/rules"), "context", given)
    assert problem is not None and words in str(problem)
    with pytest.raises(InputError):
        Renderer(body("{{ context }}", given))


def test_settings_have_defaults_and_globs() -> None:
    assert settings_of({}) is None and settings_of({"context": {}}) == ContextSettings()
    settings = read_settings({"documents": ["a/*", "b.md"]})
    assert [settings.wants(name) for name in ("a/x/y.md", "b.md", "c.md")] == [True, True, False]


def test_the_context_names_its_documents_and_is_never_rendered_itself() -> None:
    assert rendered("{{ context }}") == "--- a.md ---\n{{ message }} {% for %}\n\n--- b.md ---\ntwo"
    listed = "{% for chunk in chunks %}{{ chunk.document }} {{ chunk.score }}: {{ chunk.text }};{% endfor %}"
    assert rendered(listed) == "a.md 0.5: {{ message }} {% for %};b.md 0.25: two;"


def test_with_settings_no_case_needs_a_context() -> None:
    assert Renderer(body("{{ context }} {{ chunks }} {{ message }}", {})).variables == {"message"}
    assert Renderer(body("{{ context }} {{ message }}")).variables == {"message", "context"}
    assert rendered("{{ context }}", context="of the case") != "of the case", "the settings go before the case"
    assert Renderer(body("{{ context }}")).render({"context": "of the case"})[0].content == "of the case"


def test_the_query_is_the_input_or_a_template_over_it() -> None:
    values = {"message": "hi", "documents": ["a.md"]}
    assert Renderer(body("{{ context }}", {})).query(values) == "hi"
    assert Renderer(body("{{ context }}", {})).query({**values, "tone": "curt"}) == "message: hi · tone: curt"
    asked = Renderer(body("{{ context }}", {"query": "{{ message }} {{ topic }}"}))
    assert asked.query({"message": "hi", "topic": "refunds"}) == "hi refunds"
    assert asked.variables == {"message", "topic"}
    with pytest.raises(InputError, match="no value for topic"):
        asked.query(values)
    with pytest.raises(InputError, match=r"context\.query"):
        Renderer(body("{{ context }}", {"query": "{{ message"}))


def test_examples_have_the_context_that_they_say_or_none() -> None:
    shots = (
        Example(input={"message": "one"}, expected="1"),
        Example(input={"message": "two", "context": "c"}, expected="2"),
    )
    made = Renderer(body("{{ context }}|{{ message }}", {}, examples=shots))
    assert [message.content for message in made.render({"message": "hi"}, FOUND)][:4] == ["|one", "1", "c|two", "2"]


def test_without_a_context_a_recipe_is_what_it_was() -> None:
    model = ModelSpec(name="m", model="openai/m", params={"temperature": 0})
    plain = recipe_of(body("{{ message }}"), model, None)
    assert plain.body.keys() == {"rendering", "prompt", "model", "endpoint", "params"}
    assert plain.id.hex() == "1948c2ffa194f000af3312cd5a9575376b52a4d2f93009bd583bb6bbf8bbb1ab"
    taking = body("{{ context }}", {"top_k": 2})
    one, other = (recipe_of(taking, model, None, documents=digest) for digest in ("one", "other"))
    assert one.body["documents"] == "one" and one.id != other.id
