"""Which answers a person is asked about in one sitting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from synterm.core.case import Case
from synterm.core.review import Review, Subject
from synterm.evaluate.review.candidate import Candidate, Output
from synterm.evaluate.review.near import Judged
from synterm.evaluate.review.order import Order, ordered
from synterm.storage.base import chunks
from synterm.storage.project import Project

MOST = 200
"""How many answers are asked about in one sitting."""
_PAGE = 500

Known = tuple[bool, bool | None, str]
"""A person's verdict, the checks' (None where they have none), and the lineage of the case."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is asked about, and what the person said before."""

    outputs: Sequence[Output] = ()
    left: int = 0
    """How many more there are."""
    known: Sequence[Known] = ()
    """The person's verdicts of before on these answers."""
    judged: Sequence[Judged] = ()
    """What reviewers said about other answers to the same cases."""


def choose(
    project: Project, candidates: Iterable[Candidate], who: str, order: Order = "telling", most: int = MOST
) -> Chosen:
    """What is asked about, in `order`; see `synterm.evaluate.review.order`.

    The same text for the same case is asked about once, and not at all where this person judged it before, in whatever
    run or under whatever prompt that was.
    """
    once = merged(candidates)
    known: list[Known] = []
    others: dict[Subject, int] = {}
    new: list[Candidate] = []
    for page in chunks(once.values(), _PAGE):
        said = project.reviews.for_outputs(one.subject for one in page)
        for one in page:
            given = said.get(one.subject, [])
            mine = next((review for review in given if review.who == who), None)
            if mine is not None:
                known.append((mine.passed, one.passed, one.root_id))
            else:
                new.append(one)
                others[one.subject] = len(given)
    chosen = ordered(order, new, others)[:most]
    outputs = list(_outputs(project, chosen))
    contents = dict.fromkeys(content for content, _ in (one.subject for one in chosen))
    judged = [Judged(review, text) for review, text in project.reviews.for_contents(contents)]
    return Chosen(outputs, len(new) - len(chosen), known, judged)


def merged(candidates: Iterable[Candidate]) -> Mapping[Subject, Candidate]:
    """Each answer once; torn where it was judged differently another time."""
    found: dict[Subject, Candidate] = {}
    for one in candidates:
        before = found.setdefault(one.subject, one)
        if before is not one:
            turned = None not in (before.passed, one.passed) and before.passed != one.passed
            if (one.torn or turned) and not before.torn:
                found[one.subject] = replace(before, torn=True)
    return found


def _outputs(project: Project, chosen: Sequence[Candidate]) -> Iterable[Output]:
    cases: dict[str, Case] = {case.id: case for case in project.cases.named([one.case_id for one in chosen])}
    texts = project.responses.texts([one.stored for one in chosen])
    for one in chosen:
        case = cases.get(one.case_id)
        # A case that was edited since says something else than what was answered.
        if case is not None and case.content_id == one.subject[0] and one.stored in texts:
            yield Output(case, texts[one.stored], one)


def review_of(output: Output, passed: bool, who: str, note: str) -> Review:
    """A new verdict on an output."""
    return Review(*output.subject, passed, who, note, output.stored)
