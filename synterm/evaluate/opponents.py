"""What a run is held against: a record, or texts of its prompts that are evaluated with it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from synterm.core.comparison import CompareReport
from synterm.core.evaluation import Variant
from synterm.errors import UsageError, did_you_mean
from synterm.evaluate.base import Base, base_of_file, base_of_versions, beside
from synterm.evaluate.compare.chosen import Chosen, VariantKey, chosen_run
from synterm.evaluate.compare.names import resolve
from synterm.evaluate.compare.notes import SAME_RUN
from synterm.evaluate.compare.renamed import names_now
from synterm.evaluate.compare.report import compare
from synterm.evaluate.run import RunPlan
from synterm.storage.project import Project
from synterm.storage.runs import RunRecord
from synterm.text import one_line

THIS = "this run"
"""What the later side is called."""


class Opponent(ABC):
    """What a run is held against."""

    @abstractmethod
    def joined(self, chosen: RunPlan) -> RunPlan:
        """The run with what has to be evaluated besides. Raises UsageError when nothing of it could be compared."""

    @abstractmethod
    def report(self, chosen: RunPlan, run_id: str) -> CompareReport:
        """How the run, once it is recorded, stands against it. Raises ProjectError."""

    @property
    @abstractmethod
    def words(self) -> str:
        """What it is, in words."""


@dataclass(frozen=True, slots=True)
class Record(Opponent):
    """A baseline, or another recorded run of the project."""

    side: Chosen

    def joined(self, chosen: RunPlan) -> RunPlan:
        """The run itself, if the record has one of its cases."""
        known = self._contents()
        if not any(case.content_id in known for case in chosen.cases):
            raise UsageError(
                f"{one_line(self.side.name)} has none of the cases that are to be evaluated",
                hint="choose other cases; or pin a run that has these: synterm baseline PROJECT set NAME",
            )
        return chosen

    def report(self, chosen: RunPlan, run_id: str) -> CompareReport:
        """The comparison of two recorded runs."""
        run = self.side.project.runs.get(run_id)
        columns = [column for one in self.side.each for column in self.side.project.runs.columns(one.id)]
        now = names_now(self.side.project, columns)
        known = {(now.get(prompt, prompt), model) for _, prompt, _, _, model in columns}
        return _compare(self.side, run, chosen.variants, known)

    @property
    def words(self) -> str:
        """``main, run 8FH3K2QW of 2026-11-28``."""
        run = self.side.main
        which = f"run {run.id[-8:]} of {run.started[:10]}" if run else f"{len(self.side.each)} runs"
        return f"{one_line(self.side.name)}: {which}"

    def _contents(self) -> set[str]:
        """The content ids of its cases."""
        found: set[str] = set()
        own = [scenario for scenario in self.side.runs if scenario]
        for run in self.side.each:
            its = [scenario for scenario in own if self.side.runs[scenario].id == run.id]
            found |= self.side.project.coverage.contents(run.id, only=its)
        if rest := self.side.runs.get(""):
            found |= self.side.project.coverage.contents(rest.id, without=own)
        return found


@dataclass(frozen=True, slots=True)
class Within(Opponent):
    """Texts of the prompts that are evaluated with the run, and recorded in it."""

    own: Project
    base: Base

    def joined(self, chosen: RunPlan) -> RunPlan:
        """The run with the variants of the base."""
        return beside(chosen, self.base)

    def report(self, chosen: RunPlan, run_id: str) -> CompareReport:
        """The comparison of the variants of one run."""
        run, base = self.own.runs.get(run_id), self.base
        before = chosen_run(self.own, run, base.name, [variant.key for variant in base.variants])
        own = [variant for variant in chosen.variants if variant.key not in chosen.base]
        made = _compare(before, run, own, {_kind(variant) for variant in base.variants})
        made.before.project = base.project
        made.notes = [*base.notes, *(note for note in made.notes if note != SAME_RUN)]
        return made

    @property
    def words(self) -> str:
        """``main.db (support), evaluated with it: triage@base``."""
        names = dict.fromkeys(f"{variant.prompt}@{variant.version}" for variant in self.base.variants)
        return one_line(f"{self.base.name}, evaluated with it: {', '.join(names)}")


_Kind = tuple[str, str]
"""A prompt and a model, by name."""


def _compare(before: Chosen, run: RunRecord, own: Sequence[Variant], known: set[_Kind]) -> CompareReport:
    """Each of a run's own variants with its like on the other side, which has these kinds.

    Where it has none like any of them, the last versions are compared as far as that goes.
    """
    like = [variant for variant in own if _kind(variant) in known]
    if not like:
        return compare(before, chosen_run(before.project, run, THIS, _layers(own)[-1]))
    first, *others = (compare(before, chosen_run(before.project, run, THIS, keys)) for keys in _layers(like))
    for other in others:
        first.comparisons += other.comparisons
        first.notes = list(dict.fromkeys([*first.notes, *other.notes]))
    first.variants_unpaired = [variant.name for variant in own if _kind(variant) not in known]
    return first


def _layers(variants: Sequence[Variant]) -> list[list[VariantKey]]:
    """The variants in as many lists as a prompt has versions: one comparison takes one of each prompt and model."""
    layers: list[dict[_Kind, VariantKey]] = []
    for variant in variants:
        layer = next((layer for layer in layers if _kind(variant) not in layer), None)
        if layer is None:
            layers.append(layer := {})
        layer[_kind(variant)] = variant.key
    return [list(layer.values()) for layer in layers]


def _kind(variant: Variant) -> _Kind:
    return variant.prompt, variant.model.name


def baseline(project: Project, name: str) -> Record:
    """The baseline of that name. Raises NotFoundError, or UsageError where nothing is pinned."""
    if not project.baselines.names():
        raise UsageError("nothing is pinned as a baseline yet", hint=f"synterm baseline {project.path} set {name}")
    project.baselines.get(name)
    return Record(resolve(project, name))


def opponent(project: Project, text: str, chosen: Sequence[Variant]) -> Opponent:
    """What `text` names: ``@v1``, ``NAME@v1``; a project file, ``FILE.db@v1`` for a version there; a baseline, a run.

    Raises UsageError and NotFoundError for what is none of these, ProjectError for a file that can't be read.
    """
    head, at, version = text.rpartition("@")
    if _is_file(text):
        return Within(project, base_of_file(text, _other(project, text), chosen))
    if at and _is_file(head):
        return Within(project, base_of_file(text, _other(project, head), chosen, _one_version(text, version)))
    if at:
        return Within(project, base_of_versions(text, project, _of(chosen, head), _one_version(text, version)))
    return Record(resolve(project, text))


def _is_file(text: str) -> bool:
    return text.endswith(".db") or Path(text).is_file()


def _other(project: Project, name: str) -> Path:
    path = Path(name)
    if path.exists() and path.samefile(project.path):
        raise UsageError(
            f"{name} is the project itself",
            hint="--against @v1 compares with a version, --against NAME with a baseline",
        )
    return path


def _one_version(text: str, version: str) -> str:
    if version in ("", "all"):
        raise UsageError(f"--against {text} names no version", hint="@v1, @draft or @latest: the one kept last")
    return version


def _of(chosen: Sequence[Variant], prompt: str) -> list[Variant]:
    """The variants of a prompt; all for an empty name."""
    found = [variant for variant in chosen if prompt in ("", variant.prompt)]
    if not found:
        raise UsageError(
            f"{prompt!r} is no prompt that is to be evaluated",
            hint=did_you_mean(prompt, (one.prompt for one in chosen)),
        )
    return found
