"""The right and the wrong answers to a case: what people, the case itself and recorded runs say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synterm.core.case import Case, value_text
from synterm.core.completion import Completion, Outcome
from synterm.core.dialog import is_dialog, transcript_of
from synterm.core.evaluation import Task, Variant, variant_name
from synterm.core.prompt import Message
from synterm.core.review import Review, majority
from synterm.core.training import AnswerSource, PositiveSource, TrainingAnswer, TrainingPlan
from synterm.errors import SyntermError
from synterm.evaluate.checklist import Checklist
from synterm.finetune.guards.wording import same_form
from synterm.storage.training import Given
from synterm.text import one_line

_REASON = 200
Said = Mapping[str, Sequence[Review]]
"""What people said about a case's answers, by output id."""


class Answers:
    """Finds the answers to cases."""

    def __init__(self, plan: TrainingPlan, checklist: Checklist, variant: Variant) -> None:
        self._plan = plan
        self._checklist = checklist
        self._variant = variant

    def right(self, case: Case, given: Mapping[str, Given], people: Said) -> tuple[TrainingAnswer | None, str]:
        """The right answer by the most trusted source that has one; else None and why the case's own is none."""
        why = ""
        for source in self._plan.positives:
            found, problem = self._of(source, case, given, people)
            if found is not None:
                return found, ""
            why = why or problem
        return None, why

    def wrong(self, given: Mapping[str, Given], people: Said, right: TrainingAnswer | None) -> list[TrainingAnswer]:
        """The wrong answers, the most frequent first; what says the same as another one, or as `right`, stands once."""
        found: list[tuple[int, TrainingAnswer]] = []
        for name, one in given.items():
            said = majority(people.get(name, ()))
            if said is False:
                found.append((one.passed + one.failed, _answer(one, "human", _note(people[name], passed=False))))
            elif said is None and not people.get(name) and one.failed > one.passed:
                found.append((one.failed, _answer(one, "failed", one_line(one.reason, _REASON))))
        found.sort(key=lambda item: (item[1].source != "human", -item[0], item[1].text))
        taken = {_form(right)} if right is not None else set[tuple[str, ...]]()
        kept: list[TrainingAnswer] = []
        for _, answer in found:
            if _form(answer) not in taken:
                taken.add(_form(answer))
                kept.append(answer)
        return kept[: self._plan.negatives]

    def _of(
        self, source: PositiveSource, case: Case, given: Mapping[str, Given], people: Said
    ) -> tuple[TrainingAnswer | None, str]:
        if source == "human":
            return _approved(given, people), ""
        return self._expected(case, given) if source == "expected" else (self._passed(given, people), "")

    def _expected(self, case: Case, given: Mapping[str, Given]) -> tuple[TrainingAnswer | None, str]:
        """What the case expects, where the checks that ask no model have nothing against it."""
        if case.expected is None or is_dialog(case.input):
            return None, ""
        text = (isinstance(case.expected, str) and self.label(case)) or value_text(case.expected)
        completion = Completion(Outcome.COMPLETE, text, "stop")
        try:
            found = self._checklist.judge(Task(case, self._variant), completion)
        except SyntermError as error:
            return None, f"what it expects can't be judged: {error}"
        if found.passed is False:
            return None, f"its own checks refuse what it expects: {one_line(found.reason, _REASON)}"
        reason = "the case expects it, and its checks pass it" if found.passed else "the case expects it"
        return TrainingAnswer((Message(role="assistant", content=text),), "expected", reason, found.score), ""

    def _passed(self, given: Mapping[str, Given], people: Said) -> TrainingAnswer | None:
        fit = [
            one
            for name, one in given.items()
            if not people.get(name)
            and one.passed > one.failed
            and (one.score is None or one.score >= self._plan.min_score)
        ]
        if not fit:
            return None
        best = min(fit, key=lambda one: (-one.passed, -(one.score or 0.0), one.text))
        return _answer(best, "passed", one_line(best.reason, _REASON))

    def label(self, case: Case) -> str:
        """The label that a check expects for the case, in its own spelling; empty where none reads one."""
        if case.expected is None:
            return ""
        completion = Completion(Outcome.COMPLETE, value_text(case.expected), "stop")
        try:
            found = self._checklist.judge(Task(case, self._variant), completion)
        except SyntermError:
            # Said where the expected answer is judged.
            return ""
        readings = (check.reading for check in found.checks)
        reading = next((one for one in readings if one is not None), None)
        return reading[0] if reading else ""


def _approved(given: Mapping[str, Given], people: Said) -> TrainingAnswer | None:
    fit = [(name, one) for name, one in given.items() if majority(people.get(name, ())) is True]
    if not fit:
        return None
    name, best = min(fit, key=lambda item: (-sum(review.passed for review in people[item[0]]), item[1].text))
    return _answer(best, "human", _note(people[name], passed=True))


def _answer(one: Given, source: AnswerSource, reason: str) -> TrainingAnswer:
    return TrainingAnswer(
        _messages(one.text),
        source,
        reason,
        one.score,
        one.model,
        variant_name(one.prompt, one.version, one.model),
        one.run_id,
    )


def _messages(text: str) -> tuple[Message, ...]:
    held = transcript_of(text)
    if held is None:
        return (Message(role="assistant", content=text),)
    # The first line is part of the request.
    turns = [Message(role=turn.role, content=turn.content) for turn in held.turns[1:]]
    while turns and turns[-1].role != "assistant":
        turns.pop()
    return tuple(turns)


def _note(reviews: Sequence[Review], *, passed: bool) -> str:
    side = [review for review in reviews if review.passed is passed]
    who = ", ".join(dict.fromkeys(review.who or "somebody" for review in side))
    note = next((review.note for review in side if review.note), "")
    said = f"{who} judged it {'right' if passed else 'wrong'}"
    return one_line(f"{said}: {note}" if note else said, _REASON)


def _form(answer: TrainingAnswer) -> tuple[str, ...]:
    return tuple(same_form(message.content) for message in answer.messages if message.role == "assistant")
