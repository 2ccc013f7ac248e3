"""Which answers a person is asked about, in which order, and what was said so far."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from synterm.core.review import Review, Subject
from synterm.evaluate.agreement import Agreement, agreement
from synterm.storage.base import chunks
from synterm.tui.review.outputs import Output

MOST = 200
"""How many answers are asked about in one sitting."""
_PAGE = 500

ReadReviews = Callable[[Iterable[Subject]], Mapping[Subject, Sequence[Review]]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is asked about, and what the person said before."""

    outputs: Sequence[Output] = ()
    left: int = 0
    """How many more there are."""
    known: Sequence[tuple[bool, bool | None]] = ()
    """The person's verdicts of before on answers of this column, and what the checks say."""


def choose(outputs: Iterable[Output], reviews: ReadReviews, who: str, most: int = MOST) -> Chosen:
    """What is most worth asking about: what checks or columns disagree on, then a random part, the same each time.

    The same text for the same case is asked about once, and not at all where this person judged it before.
    """
    seen: set[Subject] = set()
    known: list[tuple[bool, bool | None]] = []
    best: list[Output] = []
    count = 0
    for page in chunks(_once(outputs, seen), _PAGE):
        said = {subject: _of(who, given) for subject, given in reviews(output.subject for output in page).items()}
        known.extend((review.passed, output.passed) for output in page if (review := said.get(output.subject)))
        new = [output for output in page if said.get(output.subject) is None]
        count += len(new)
        best = heapq.nsmallest(most, [*best, *new], key=_rank)
    return Chosen(best, count - len(best), known)


class ReviewQueue:
    """Goes through the chosen outputs; verdicts can be given again, and taken back. Keeps nothing on disk."""

    def __init__(self, chosen: Chosen, who: str) -> None:
        self._chosen = chosen
        self._who = who
        self._given: dict[int, Review] = {}
        self._notes: dict[int, str] = {}
        self._done: list[tuple[int, Review | None]] = []
        """Where verdicts were given, and what stood there before."""
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
        new = ((review.passed, self._chosen.outputs[at].passed) for at, review in self._given.items())
        return agreement([*self._chosen.known, *new])

    def review(self, output: Output, passed: bool) -> Review:
        """The verdict on the current output, to be kept."""
        if self.verdict:
            return replace(self.verdict, passed=passed, note=self.note)
        content, text = output.subject
        return Review(content, text, passed, self._who, self.note, output.stored)

    def give(self, review: Review) -> None:
        """Remember a verdict on the current output, and go on to the next."""
        self._done.append((self.at, self.verdict))
        self._given[self.at] = review
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
            del self._given[self.at]
        else:
            self._given[self.at] = before

    def step(self, by: int) -> None:
        """Go forward or back, at most to the end after the last output."""
        self.at = max(0, min(self.at + by, len(self)))

    def previous(self) -> tuple[Review, Output] | None:
        """The verdict given last, with its output."""
        if not self._done:
            return None
        at, _ = self._done[-1]
        return self._given[at], self._chosen.outputs[at]


def _once(outputs: Iterable[Output], seen: set[Subject]) -> Iterable[Output]:
    for output in outputs:
        if output.subject not in seen:
            seen.add(output.subject)
            yield output


def _of(who: str, reviews: Sequence[Review]) -> Review | None:
    return next((review for review in reviews if review.who == who), None)


def _rank(output: Output) -> tuple[bool, Subject]:
    # A case's content id is a hash: as good as random, and the same each time.
    return not output.disputed, output.subject
