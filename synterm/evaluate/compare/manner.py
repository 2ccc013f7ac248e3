"""How answers were judged, and judging recorded ones again so that both sides of a comparison are judged alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.dialog import FINISH, is_dialog
from synterm.core.evaluation import Task, Variant
from synterm.core.production import production_of
from synterm.core.tree import Tree
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.forms import Forms
from synterm.evaluate.inquiry import Inquiry
from synterm.evaluate.known import look_up_replies
from synterm.evaluate.limits import DEFAULT_LIMITS
from synterm.storage.project import Project
from synterm.storage.recorded import Recorded
from synterm.storage.runs import RunRecord


class Manner(NamedTuple):
    """By what the answers in a scenario were judged."""

    checks: str
    """What its checks are known by; empty where that is not known."""
    full: bool
    """All of them as they are, against what was expected."""
    bare: bool
    """All of them in the form that judges where nothing is expected. A run may have some in one form, some in the
    other."""
    judges: bool
    """Whether checks that ask a model took part."""


class Judges:
    """Judges recorded answers of a project again, by the checks that it has now. No model is asked: what a judge
    replied is taken from the file, where it has that."""

    def __init__(self, project: Project, tree: Tree) -> None:
        self._project = project
        self._tree = tree
        self._forms: dict[bool, Forms] = {}
        self.unasked = 0
        """Answers that could not be judged, since a judge would have to be asked."""

    def manner(self, run: RunRecord, scenario_id: str) -> Manner:
        """How a run judged a scenario."""
        known = run.config.get("checks")
        checks = str(known.get(scenario_id, "")) if isinstance(known, dict) else ""  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        production = production_of(run.config)
        if scenario_id not in self._tree:
            return Manner(checks, full=True, bare=False, judges=True)
        form = production.forms.get(scenario_id, "full") if production else "full"
        same = not self.forms(judges=True).differ(scenario_id)
        asks = any(check.asks for check in self.forms(judges=True).full.of(scenario_id))
        return Manner(
            checks,
            full=same or form == "full",
            bare=same or form == "unexpecting",
            judges=not asks or production is None or production.judges,
        )

    def today(self, scenario_id: str, *, bare: bool, judges: bool) -> Manner:
        """The manner that judging again has."""
        same = scenario_id in self._tree and not self.forms(judges=True).differ(scenario_id)
        checks = self._tree.checks_id(scenario_id) if scenario_id in self._tree else ""
        return Manner(checks, full=same or not bare, bare=same or bare, judges=judges)

    def forms(self, *, judges: bool) -> Forms:
        """The checks of the project."""
        if judges not in self._forms:
            self._forms[judges] = Forms(self._project, self._tree, judges=judges)
        return self._forms[judges]

    def verdicts(
        self, page: Sequence[Recorded], variant: Variant, manners: Sequence[Manner | None]
    ) -> list[bool | None]:
        """The verdicts on answers, each in its manner; None: as it was recorded."""
        asked = [
            None if manner is None else self._ask(done, variant, manner)
            for done, manner in zip(page, manners, strict=True)
        ]
        inquiries = [one[3] for one in asked if one and one[3]]
        look_up_replies(inquiries, self._project.responses, DEFAULT_LIMITS)
        return [done.passed if one is None else self._judge(*one) for done, one in zip(page, asked, strict=True)]

    def _ask(self, done: Recorded, variant: Variant, manner: Manner) -> _Asked:
        expected = None if manner.bare else done.expected
        checklist = self.forms(judges=manner.judges).of(expected=not manner.bare)
        case = Case.model_construct(
            id=done.case_id, root_id=done.root_id, scenario_id=done.scenario_id, input=done.input, expected=expected
        )
        completion = Completion(
            done.outcome,
            done.text,
            FINISH if is_dialog(done.input) else None,
            usage=done.usage,
            cost_usd=done.cost_usd,
            latency_ms=done.latency_ms,
            error=done.error,
            cached=True,
        )
        task = Task(case, variant, done.repeat)
        return checklist, task, completion, checklist.inquire(task, completion)

    def _judge(self, checklist: Checklist, task: Task, completion: Completion, asked: Inquiry | None) -> bool | None:
        if asked is not None and asked.missing:
            self.unasked += 1
            return None
        return checklist.judge(task, completion, asked).passed


_Asked = tuple[Checklist, Task, Completion, Inquiry | None]


def common(before: Manner, after: Manner) -> tuple[bool, bool]:
    """In what manner both can be judged: whether bare, and whether with judges."""
    return not (before.full and after.full), before.judges and after.judges


def same_as_recorded(before: Manner, after: Manner) -> bool:
    """Whether both sides were judged alike, by the same checks, so that their verdicts can be held together."""
    alike = (before.full and after.full) or (before.bare and after.bare)
    return bool(before.checks) and before.checks == after.checks and alike and before.judges == after.judges
