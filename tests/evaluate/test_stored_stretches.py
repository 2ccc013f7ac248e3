"""What the file has is taken in longer and longer stretches, as long as nothing is to be sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from synterm.core.completion import Completion
from synterm.evaluate.limits import Limits
from synterm.storage.responses import KEPT, Kept, ResponseStore
from tests.evaluate.stage import Actor, Play, Stage


@pytest.fixture
def stretches(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many answers were looked up at a time."""
    sizes: list[int] = []
    look_up = ResponseStore.lookup_shortcuts

    def counted(self: ResponseStore, shortcuts: Sequence[bytes], kept: Kept = KEPT) -> dict[bytes, Completion]:
        sizes.append(len(shortcuts))
        return look_up(self, shortcuts, kept)

    monkeypatch.setattr(ResponseStore, "lookup_shortcuts", counted)
    return iter([sizes])


async def test_they_grow_to_a_limit_and_are_short_again_where_something_is_sent(
    play: Play, stretches: Iterator[list[int]]
) -> None:
    [sizes] = stretches
    old = play.cases(*(f"old {number}" for number in range(100)))
    await play.made(play.tasks(old), Stage(Actor()), Limits(chunk=10))
    assert set(sizes) == {10}, "none was in the file"
    sizes.clear()
    new = play.cases(*(f"new {number}" for number in range(20)))
    made = await play.made(play.tasks([*old[:70], *new, *old[70:]]), Stage(Actor()), Limits(chunk=10, longest_chunk=40))
    assert sizes == [10, 20, 40, 40, 10], "the fourth held the new ones"
    assert len(made) == 120
    assert sum(done.completion.cached for done in made) == 100
