"""The right and the wrong answers of a case, out of what was recorded, judged and expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from synterm.core.case import Case
from synterm.core.dialog import Turn, is_dialog, transcript_of
from synterm.core.prompt import Message
from synterm.core.training import AnswerSource, PositiveSource, TrainingAnswer, TrainingPlan
from synterm.finetune.guards.wording import same_form
from synterm.finetune.select.expected import expected_text
from synterm.finetune.select.judging import NOT_OF_TEXT, Judging
from synterm.finetune.select.opinions import Opinion
from synterm.text import one_line, plural

_REASON = 300

Line = Callable[[str], Message]
"""Renders a later turn of a dialog's user."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An answer that was chosen, as turns that begin with the assistant's."""

    turns: Sequence[Turn]
    opening: str | None
    """Of a dialog the user's first line."""
    source: AnswerSource
    reason: str
    opinion: Opinion | None = None

    @property
    def form(self) -> tuple[str, ...]:
        """What tells it from another answer: what the assistant says, normalised."""
        return tuple(same_form(turn.content) for turn in self.turns if turn.role == "assistant")

    def answer(self, line: Line) -> TrainingAnswer:
        """It as a training answer. Raises InputError where a turn can't be rendered."""
        said = self.opinion.said if self.opinion else None
        return TrainingAnswer(
            messages=tuple(
                line(turn.content) if turn.role == "user" else Message(role="assistant", content=turn.content)
                for turn in self.turns
            ),
            source=self.source,
            reason=self.reason,
            score=None if said is None else said.score,
            model="" if said is None else said.model,
            variant="" if said is None else f"{'@'.join(said.variant)} · {said.model}",
            run_id="" if said is None else said.run_id,
        )


class Chooser:
    """Chooses answers as a plan says."""

    def __init__(self, plan: TrainingPlan, judging: Judging, *, tools: bool) -> None:
        self._plan = plan
        self._judging = judging
        self._tools = tools

    def right(self, case: Case, known: Sequence[Opinion]) -> tuple[Chosen | None, str]:
        """The right answer, of the most trusted source that has one; None, and what is missing, where none has."""
        missing: list[str] = []
        for source in self._plan.positives:
            found, why = self._of(source, case, known)
            if found is not None:
                return found, ""
            missing.append(why)
        return None, "; ".join(why for why in missing if why) or "no answer was recorded, and none is expected"

    def wrong(self, case: Case, known: Sequence[Opinion], right: Chosen) -> list[Chosen]:
        """The wrong answers, the most frequent first, each once after normalising, to the same opening."""
        found: dict[tuple[str, ...], Chosen] = {}
        if self._plan.negatives == 0:
            return []
        for opinion, source, reason in _by_frequency(known):
            if source == "failed" and not self._still_fails(case, opinion):
                continue
            chosen = _chosen(case, opinion, source, reason)
            if chosen is not None and chosen.opening == right.opening:
                found.setdefault(chosen.form, chosen)
            if len(found) == self._plan.negatives:
                break
        return [*found.values()]

    def _of(self, source: PositiveSource, case: Case, known: Sequence[Opinion]) -> tuple[Chosen | None, str]:
        if source == "expected":
            text, why = expected_text(case, self._judging, tools=self._tools)
            return (None, why) if text is None else (Chosen((Turn("assistant", text),), None, "expected", why), "")
        return self._human(case, known) if source == "human" else self._passed(case, known)

    def _human(self, case: Case, known: Sequence[Opinion]) -> tuple[Chosen | None, str]:
        right = [one for one in known if one.human and one.is_whole]
        right.sort(key=lambda one: (-one.votes, -one.count(passed=True), -(one.score or 0), one.text))
        return _first(_chosen(case, one, "human", one.human_reason()) for one in right), ""

    def _passed(self, case: Case, known: Sequence[Opinion]) -> tuple[Chosen | None, str]:
        passed = [one for one in known if one.checked]
        passed.sort(key=lambda one: (-one.count(passed=True), -(one.score or 0), one.text))
        good = [one for one in passed if one.score is not None and one.score >= self._plan.min_score]
        why = ""
        for one in good:
            verdict, reason = self._judging.accepts(case, one.text, one.said.finish_reason if one.said else None)
            if verdict is False:
                why = why or f"an answer passed when it was recorded, and fails today's checks: {reason}"
            elif chosen := _chosen(case, one, "passed", _praise(one)):
                return chosen, ""
        if passed and not good:
            best = max(one.score or 0.0 for one in passed)
            why = f"its best answer that passed scores {best:.2f}, --min-score is {self._plan.min_score:.2f}"
        return None, why or _none_passed(known)

    def _still_fails(self, case: Case, opinion: Opinion) -> bool:
        """Whether checks fail what it says, and do so today as far as that can be told."""
        said = opinion.said
        if said is None or not [one for one in said.checks if one.passed is False and one.type not in NOT_OF_TEXT]:
            return False
        if not self._judging.all_free(case.scenario_id):
            return True
        return not self._judging.accepts(case, opinion.text, said.finish_reason)[0]


def torn_answers(known: Sequence[Opinion]) -> Iterator[str]:
    """The answers that are neither right nor wrong since those who judged disagree, in words."""
    for one in known:
        if one.is_whole and (why := one.torn):
            yield f'the answer "{one_line(one.text, 40)}" is neither right nor wrong: {why}'


def _by_frequency(known: Sequence[Opinion]) -> list[tuple[Opinion, AnswerSource, str]]:
    """The wrong answers with source and reason, the most frequent first."""
    found: list[tuple[int, int, str, Opinion, AnswerSource, str]] = []
    for one in known:
        if not one.is_whole:
            continue
        if one.human is False:
            found.append((-max(one.count(passed=False), one.votes), 0, one.text, one, "human", one.human_reason()))
        elif one.checked is False:
            found.append((-one.count(passed=False), 1, one.text, one, "failed", _complaint(one)))
    found.sort(key=lambda row: row[:3])
    return [row[3:] for row in found]


def _chosen(case: Case, opinion: Opinion, source: AnswerSource, reason: str) -> Chosen | None:
    """None for what should be a dialog and is none, or one in which the app says nothing."""
    if not is_dialog(case.input):
        return Chosen((Turn("assistant", opinion.text),), None, source, reason, opinion)
    held = transcript_of(opinion.text)
    if held is None or len(held.turns) < 2 or held.turns[0].role != "user":
        return None
    turns = list(held.turns[1:])
    while turns and turns[-1].role == "user":
        turns.pop()
    return Chosen(turns, held.turns[0].content, source, reason, opinion) if turns else None


def _praise(opinion: Opinion) -> str:
    said = opinion.said
    assert said is not None
    names = ", ".join(dict.fromkeys(check.type for check in said.checks if check.passed))
    times = "" if said.judged == 1 else f" {said.passed} of {plural(said.judged, 'time')}"
    return f"passed {names or 'its checks'}{times}"


def _complaint(opinion: Opinion) -> str:
    said = opinion.said
    failed = [] if said is None else [check for check in said.checks if check.passed is False]
    return "; ".join(one_line(f"{check.type}: {check.reason}", _REASON) for check in failed) or "failed its checks"


def _none_passed(known: Sequence[Opinion]) -> str:
    judged = [one for one in known if one.said is not None and one.said.judged]
    if not judged:
        return ""
    if any(one.checks for one in judged):
        return "what passed was cut off, or people do not agree with the checks"
    count = sum(one.said.judged for one in judged if one.said)
    return f"none of {plural(count, 'recorded answer')} passed" if count > 1 else "the recorded answer failed"


def _first(found: Iterable[Chosen | None]) -> Chosen | None:
    return next((one for one in found if one is not None), None)
