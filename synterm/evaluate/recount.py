"""A recorded run as numbers again: the same counts that its report was made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.context import Retrieval
from synterm.core.dialog import FINISH, is_dialog
from synterm.core.evaluation import Evaluation, Task, Variant
from synterm.core.metrics import GroupReport
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.evaluate.groups import group_reports
from synterm.evaluate.repeating import Repeating
from synterm.evaluate.report import RunResult
from synterm.evaluate.review.judges import known_judges
from synterm.evaluate.steadiness import Steadiness
from synterm.storage.project import Project
from synterm.storage.recorded import Recorded
from synterm.storage.runs import RunRecord

_UNREAD = PromptBody(messages=(Message(role="user", content=""),))


@dataclass(frozen=True, slots=True)
class RecordedVariant(Variant):
    """A variant of a recorded run, known by name: what its prompt said is not read."""

    body_id: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The prompt's content, by its id, and the model's name."""
        return (self.body_id, self.model.name)


@dataclass(slots=True, repr=False)
class Recount:
    """A recorded run, counted."""

    run: RunRecord
    result: RunResult

    def groups(self) -> list[GroupReport]:
        """Its metrics by feature, behavior, scenario and tag."""
        sheet, tree = self.result.sheet, self.result.tree
        return group_reports(sheet, tree, self.result.labels, Steadiness(sheet, tree))


def recount(project: Project, run: RunRecord, labels: Sequence[str] = ()) -> Recount:
    """Count a recorded run. Reads all of its evaluations: call it in a thread, on a connection of its own.

    `labels` fixes the order of known labels. Raises ProjectError.
    """
    variants = variants_of(project, run)
    how = repeating_of(run)
    result = RunResult(
        project.nodes.tree(),
        list(variants.values()),
        _planned(run, len(variants), how),
        gates=project.gates,
