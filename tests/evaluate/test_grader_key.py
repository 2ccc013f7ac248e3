"""What a check costs is paid once: its verdict is kept by what decided it."""

from __future__ import annotations

from typing import ClassVar

from hypothesis import given
from hypothesis import strategies as st

from synterm.checks.base import Answer, Check
from synterm.checks.judge import judge
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError
from synterm.storage.project import Project
from tests.evaluate.stage import Play


class Dear(Check):
    """A check that costs something, and counts how often it is asked."""

    type = "dear"
    asked: ClassVar[list[str]] = []
    wanted: str = "good"

    @property
    def costs(self) -> bool:
        return True

    def judge(self, answer: Answer) -> CheckResult:
        Dear.asked.append(answer.text)
        if answer.text == "unclear":
            raise InputError("it can't say")
        return self.verdict(self.wanted in answer.text, f"asked about {answer.text}")


def answer(text: str, expected: str = "x") -> Answer:
    return Answer(Completion(Outcome.COMPLETE, text), Case(scenario_id="s", input={"message": "m"}, expected=expected))


def test_the_same_is_judged_once_also_after_the_file_was_closed(play: Play) -> None:
    Dear.asked.clear()
    first = judge([Dear()], answer("good one"), play.project.grades)
    play.project.close()
    with Project.open(play.project.path) as again:
        assert judge([Dear()], answer("good one"), again.grades) == first
        assert judge([Dear(weight=3)], answer("good one"), again.grades)[1] is True
        assert Dear.asked == ["good one"]
        assert judge([Dear(wanted="bad")], answer("good one"), again.grades)[1] is False
    assert len(Dear.asked) == 2


def test_who_could_not_say_is_asked_again(play: Play) -> None:
    Dear.asked.clear()
    for _ in range(2):
        assert judge([Dear()], answer("unclear"), play.project.grades)[1] is None
    assert len(Dear.asked) == 2


@given(st.tuples(st.text(), st.text(), st.text()), st.tuples(st.text(), st.text(), st.text()))
def test_keys_are_equal_for_what_decides_the_same_and_for_nothing_else(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    keys = [Dear(wanted=wanted).grader_key(answer(text, expected)) for wanted, text, expected in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)
