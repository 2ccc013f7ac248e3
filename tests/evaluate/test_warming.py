"""What checks need is loaded beside the event loop, before the first verdict."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest

from synterm.analysis.embeddings import WordLlamaEmbedder, embedder
from synterm.evaluate.events import Judged
from tests.evaluate.stage import Actor, Play, Stage

Loads = list[str]


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loads]:
    """The names of the threads that the embedding model was loaded in, as if it had not been loaded yet."""
    seen: Loads = []
    load = WordLlamaEmbedder._load

    def watched(self: WordLlamaEmbedder) -> Any:
        if self._model is None:
            seen.append(threading.current_thread().name)
        return load(self)

    monkeypatch.setattr(WordLlamaEmbedder, "_load", watched)
    embedder.cache_clear()
    yield seen
    embedder.cache_clear()


@pytest.fixture
def similar(play: Play) -> Play:
    """A project whose check, in a set, compares meanings."""
    check = {"type": "assert-set", "assert": [{"type": "similar", "value": "good morning"}]}
    play.project.nodes.put(play.scenario.model_copy(update={"checks": (check,)})).result()
    return play


async def test_a_model_is_loaded_in_a_thread_before_the_first_verdict(similar: Play, loads: Loads) -> None:
    made = await similar.made(similar.tasks(similar.cases("good morning", "the moon")), Stage(Actor()))
    assert [(done.task.case.title, done.passed) for done in made] == [("good morning", True), ("the moon", False)]
    assert len(loads) == 1
    assert loads != [threading.current_thread().name]


async def test_what_is_wanted_first_waits_for_it_too(similar: Play, loads: Loads) -> None:
    cases = similar.cases("good morning", "the moon", "good day")
    sweep = similar.sweep(similar.tasks(cases), Stage(Actor(width=1)))
    sweep.promote(similar.tasks(cases[2:]))
    assert loads == [], "nothing is judged, or asked, yet"
    async with aclosing(sweep.events()) as events:
        made = [event.evaluation async for event in events if isinstance(event, Judged)]
    assert made[0].task.case.title == "good day"
    assert sorted(done.task.case.title for done in made) == ["good day", "good morning", "the moon"]


async def test_where_nothing_is_to_be_loaded_no_thread_is_started(play: Play) -> None:
    assert play.checklist.is_warm
    before = threading.active_count()
    await play.made(play.tasks(play.cases("good")), Stage(Actor()))
    assert threading.active_count() <= before
