"""Sweeps whose requests take context from documents."""

from __future__ import annotations

import threading

import pytest

from synterm.context import library as library_module
from synterm.context.index import Index
from synterm.context.library import Library
from synterm.core.document import Document
from synterm.core.evaluation import Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.errors import ProjectError
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.events import Event, Judged, Preparing
from synterm.evaluate.limits import Limits
from synterm.evaluate.plan import plan, rendered
from synterm.evaluate.sweep import Sweep
from synterm.evaluate.traffic import Traffic
from tests.evaluate.stage import Actor, Play, Stage

STUB = ModelSpec(name="stub", model="openai/stub")


def taking(user: str = "{{ message }}: {{ context }}", **settings: object) -> Variant:
    body = PromptBody(messages=(Message(role="user", content=user),), params={"context": settings})
    return Variant("helper", "draft", body, STUB)


@pytest.fixture
def checklist(play: Play) -> Checklist:
    texts = {"a.md": "apples are good", "b.md": "pears are bad"}
    play.project.documents.put(*(Document(name=name, text=text) for name, text in texts.items())).result()
    return Checklist(play.project.nodes.tree(), library=Library.of(play.project))


def sweep(play: Play, checklist: Checklist, actor: Actor, *messages: str, limits: Limits | None = None) -> Sweep:
    tasks = plan(play.cases(*messages), taking(top_k=1), checklist)
    return Sweep([tasks], checklist, Traffic(Stage(actor)), play.project, limits or Limits())


async def events_of(made: Sweep) -> list[Event]:
    return [event async for event in made.events()]


async def test_each_request_has_what_was_found_for_its_case(play: Play, checklist: Checklist) -> None:
    actor = Actor()
    events = await events_of(sweep(play, checklist, actor, "apples", "pears"))
    assert sorted(actor.asked) == [
        "apples: --- a.md ---\napples are good",
        "pears: --- b.md ---\npears are bad",
    ]
    evaluations = [event.evaluation for event in events if isinstance(event, Judged)]
    found = {one.task.case.title: one.task.retrieval for one in evaluations}
    assert {title: one and one.documents for title, one in found.items()} == {"apples": ("a.md",), "pears": ("b.md",)}


async def test_the_index_is_made_in_another_thread_once_and_told_of_before(
    play: Play, checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_in: list[threading.Thread] = []

    class Watched(Index):
        def __init__(self, *args: object) -> None:
            made_in.append(threading.current_thread())
            super().__init__(*args)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(library_module, "Index", Watched)
    events = await events_of(sweep(play, checklist, Actor(), *(f"apples {number}" for number in range(300))))
    assert [event for event in events if isinstance(event, Preparing)] == [Preparing("indexing 2 documents")]
    assert isinstance(events[0], Preparing)
    assert len(made_in) == 1 and made_in[0] is not threading.main_thread()
    again = await events_of(sweep(play, checklist, Actor(), "apples 0", "pears"))
    assert not any(isinstance(event, Preparing) for event in again)


async def test_what_is_promoted_finds_its_context_too(play: Play, checklist: Checklist) -> None:
    cases = play.cases(*(f"apples {number}" for number in range(6)))
    actor = Actor(width=1, held=True)
    tasks = list(plan(cases, taking(top_k=1), checklist))
    made = Sweep([iter(tasks)], checklist, Traffic(Stage(actor), 1), play.project, Limits(ahead=1, chunk=1))
    told: list[Event] = []
    async for event in made.events():
        told.append(event)
        if len(told) == 2:
            made.promote(tasks[-1:])
            await actor.let_all()
    assert len([event for event in told if isinstance(event, Judged)]) >= 6
    assert all("--- a.md ---" in message for message in actor.asked)
    assert actor.asked.index("apples 5: --- a.md ---\napples are good") < 5


async def test_a_document_that_can_not_be_read_ends_the_sweep_with_words(play: Play, checklist: Checklist) -> None:
    play.project.documents.remove("a.md").result()
    with pytest.raises(ProjectError, match=r"a\.md.* changed"):
        await events_of(sweep(play, checklist, Actor(), "apples"))


def test_parameters_for_models_never_hold_the_settings(play: Play, checklist: Checklist) -> None:
    body = PromptBody(
        messages=(Message(role="user", content="{{ context }}"),), params={"context": {"top_k": 1}, "temperature": 0}
    )
    [task] = plan(play.cases("apples"), Variant("helper", "draft", body, STUB), checklist)
    made = rendered(task, checklist)
    assert made.request is not None and made.request.params == {"temperature": 0}


def test_documents_that_a_prompt_does_not_show_do_not_decide_its_answer(play: Play, checklist: Checklist) -> None:
    """The retrieval can be judged all the same."""
    [case] = play.cases("apples")
    variants = taking("{{ context }}", top_k=1), taking("hi", top_k=1)
    shown, hidden = (next(plan([case], variant, checklist)) for variant in variants)
    play.project.documents.put(Document(name="a.md", text="apples are better")).result()
    later = Checklist(play.project.nodes.tree(), library=Library.of(play.project))
    shown_later, hidden_later = (next(plan([case], variant, later)) for variant in variants)
    assert shown.shortcut != shown_later.shortcut and hidden.shortcut == hidden_later.shortcut
    found = later.retriever.retrieve(hidden_later)
    assert found is not None and found.chunks[0].text == "apples are better"
