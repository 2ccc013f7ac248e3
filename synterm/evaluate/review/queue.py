"""Going through the answers that a person is asked about, and what was said so far."""

from __future__ import annotations

from dataclasses import replace

from synterm.core.review import Review
from synterm.evaluate.agreement import Agreement, agreement
from synterm.evaluate.review.candidate import Output
from synterm.evaluate.review.choosing import Chosen, review_of
from synterm.evaluate.review.near import Judged, Near, Neighbours


class ReviewQueue:
    """Goes through the chosen outputs; verdicts can be given again, and taken back. Keeps nothing on disk."""

    def __init__(self, chosen: Chosen, who: str) -> None:
        self._chosen = chosen
        self._who = who
        self._given: dict[int, Review] = {}
        self._notes: dict[int, str] = {}
        self._done: list[tuple[int, Review | None]] = []
        """Where verdicts were given, and what stood there before."""
        self._neighbours = Neighbours(chosen.judged)
        self.at = 0
        """The place of the output that is shown."""

    def __len__(self) -> int:
        return len(self._chosen.outputs)

    @property
    def left(self) -> int:
        """How many outputs there are beyond this queue."""
        return self._chosen.left

    @property
    def judged(self) -> int:
        """How many outputs of this queue have a verdict."""
        return len(self._given)

    @property
    def current(self) -> Output | None:
        """The output to judge; None after the last."""
        return self._chosen.outputs[self.at] if self.at < len(self) else None

    @property
    def verdict(self) -> Review | None:
        """What was said about the current output."""
        return self._given.get(self.at)

    @property
    def note(self) -> str:
        """The note on the current output."""
        return self._notes.get(self.at, "")

    def write(self, note: str) -> None:
        """Put a note on the current output."""
        self._notes[self.at] = note

    @property
    def loose_notes(self) -> int:
        """How many notes there are on outputs without a verdict."""
        return sum(bool(note) and at not in self._given for at, note in self._notes.items())

    @property
    def agreement(self) -> Agreement:
        """How far the person and the checks agree, verdicts of before included."""
        outputs = self._chosen.outputs
        new = [(review.passed, outputs[at].passed, outputs[at].case.root_id) for at, review in self._given.items()]
        rows = [*self._chosen.known, *new]
        return agreement([row[:2] for row in rows], [row[2] for row in rows])

    def review(self, output: Output, passed: bool) -> Review:
        """The verdict on the current output, to be kept."""
        if self.verdict:
            return replace(self.verdict, passed=passed, note=self.note)
        return review_of(output, passed, self._who, self.note)

    def give(self, review: Review) -> None:
        """Remember a verdict on the current output, and go on to the next."""
        self._done.append((self.at, self.verdict))
        self._given[self.at] = review
        self._neighbours.add(Judged(review, self._chosen.outputs[self.at].text))
        self.step(1)

    def last(self) -> tuple[Review, Review | None] | None:
        """The verdict given last, and what stood there before; None when there is none."""
        if not self._done:
            return None
        at, before = self._done[-1]
        return self._given[at], before

    def take_back(self) -> None:
        """Forget the verdict given last, and go back there."""
        self.at, before = self._done.pop()
        if before is None:
            self._neighbours.remove(self._given.pop(self.at))
        else:
            self._given[self.at] = before
            self._neighbours.add(Judged(before, self._chosen.outputs[self.at].text))

    def step(self, by: int) -> None:
        """Go forward or back, at most to the end after the last output."""
        self.at = max(0, min(self.at + by, len(self)))

    def previous(self) -> tuple[Review, Output] | None:
        """The verdict given last, with its output."""
        if not self._done:
            return None
        at, _ = self._done[-1]
        return self._given[at], self._chosen.outputs[at]

    def near_previous(self) -> Near | None:
        """What was said about the answer nearest to the one judged last; None when none is near."""
        last = self.previous()
        return self._neighbours.nearest(last[1]) if last else None
