"""What comes of a tuning: a model of the project, the prompt that it is asked with, and how it stands on holdout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synterm.core.case import Case
from synterm.core.comparison import CompareReport
from synterm.core.evaluation import Variant
from synterm.core.model import DEFAULT_EMBEDDED, ModelSpec
from synterm.core.prompt import PromptBody
from synterm.core.training import TrainingPlan
from synterm.core.tuning import Tuning
from synterm.errors import UsageError
from synterm.evaluate.compare.chosen import chosen_run
from synterm.evaluate.compare.notes import NO_COUNTERPART, SAME_RUN
from synterm.evaluate.compare.report import compare
from synterm.evaluate.query.where import read_where
from synterm.evaluate.scenarios import scenario_ids
from synterm.evaluate.variants import choose_prompts
from synterm.finetune.select.instructions import instructed
from synterm.finetune.select.prompt import training_prompt
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project

SHORT = "-short"
"""What follows a prompt's name in that of the prompt with a short instruction in its place."""
TUNED = "-tuned"
EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt version that a tuned model is asked with."""

    prompt: str
    label: str
    body: PromptBody

    @property
    def name(self) -> str:
        """``router@v2``."""
        return f"{self.prompt}@{self.label}"


def asked_with(project: Project, plan: TrainingPlan) -> Asked:
    """The version that a model trained by the plan is to be asked with: the one that it was trained with.

    Under an instruction for all behaviors that is a prompt of its own, ``router-short``, with its first phrasing: it
    may be there or not, see `keep_prompt`. Where instructions differ by behavior no one prompt has them, and it is the
    plan's own.
    """
    name, body = training_prompt(project, plan.prompt)
    prompt, _, label = name.rpartition("@")
    if EVERYWHERE not in plan.instructions:
        return Asked(prompt, label, body)
    short = instructed(body, plan.instructions[EVERYWHERE][0])
    known = next((one for one in project.prompts.all() if one.name == prompt + SHORT), None)
    versions = known.versions if known else ()
    same = next((version for version in versions if version.body == short), None)
    return Asked(prompt + SHORT, same.label if same else f"v{len(versions) + 1}", short)


def keep_prompt(project: Project, asked: Asked) -> bool:
    """See to it that the project has the version; whether it is new. A draft is left as it is."""
    known = next((one for one in project.prompts.all() if one.name == asked.prompt), None)
    if known is None:
        project.prompts.add(asked.prompt, [("for tuned models", asked.body)]).result()
        return True
    if asked.label == "draft" or any(version.body == asked.body for version in known.versions):
        return False
    project.prompts.keep(known.id, asked.body, "for tuned models").result()
    return True


def base_of(project: Project, name: str | None) -> ModelSpec:
    """The embedded model that is tuned, as the project has it, by its name there or its model string; None: the first.

    One that the project does not have is made up. Raises UsageError for a model that can't be trained here.
    """
    models = project.models.all()
    if name is None:
        found = next((spec for spec in models if spec.resolved == DEFAULT_EMBEDDED), None)
        return found or _embedded(models)
    spec = next((spec for spec in models if spec.name == name), None) or ModelSpec(name=name[:100], model=name)
    if spec.resolved != DEFAULT_EMBEDDED:
        tuned = " as it is: an adapter can't be put on another" if spec.provider == "embedded" else ""
        raise UsageError(f"--trainer local tunes the embedded model{tuned}, not {spec.model}", hint="leave --base out")
    return spec if spec in models else base_of(project, None)


def _embedded(models: Sequence[ModelSpec]) -> ModelSpec:
    taken = {spec.name for spec in models}
    return ModelSpec(name=free_name("smollm2", taken), model="embedded/default", params={"temperature": 0})


def tuned_name(project: Project, base: str, wanted: str | None) -> str:
    """What the tuned model is called: as wanted, or the base's name with ``-tuned``, the next that is free.

    Raises UsageError for a name that is taken.
    """
    taken = {spec.name for spec in project.models.all()}
    if wanted is None:
        return free_name(base + TUNED, taken)
    if wanted in taken:
        raise UsageError(f"the project has a model {wanted!r}", hint="take another --name, or leave it out")
    return wanted


def free_name(name: str, taken: set[str]) -> str:
    """`name`, or ``name-2`` …, the first that is not taken."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def add_tuned(project: Project, base: ModelSpec, name: str, model: str) -> ModelSpec:
    """Add the tuned model, asked as its base is; and the base, where the project does not have it."""
    spec = base.model_copy(update={"name": name, "model": model})
    known = {one.name for one in project.models.all()}
    project.models.put(*([] if base.name in known else [base]), spec).result()
    return spec


@dataclass(frozen=True, slots=True)
class Duel:
    """The tuned model against what it came of."""

    words: str
    before: Variant
    after: Variant

    def report(self, project: Project, run_id: str) -> CompareReport:
        """How it went, by a recorded run that has both."""
        run = project.runs.get(run_id)
        before = chosen_run(project, run, self.before.name, [self.before.key])
        after = chosen_run(project, run, self.after.name, [self.after.key])
        found = compare(before, after)
        # What is told here is just that: two columns of one run, of two models and perhaps two prompts.
        notes = [note for note in found.notes if note != SAME_RUN and NO_COUNTERPART not in note]
        return found.model_copy(update={"notes": notes})


def duels(project: Project, tuning: Tuning, base: ModelSpec, full: str) -> list[Duel]:
    """Against its base under the prompt that it was trained with; then, where another prompt was learnt from (`full`),
    against its base under that."""
    models = {spec.name: spec for spec in project.models.all()}
    tuned = Variant(*_version(project, tuning.prompt), models[tuning.model_name])
    same = Variant(*_version(project, tuning.prompt), base)
    found = [Duel("against its base under the same prompt", same, tuned)]
    whole = Variant(*_version(project, full), base)
    if whole.key != same.key:
        found.append(Duel("against its base under the full prompt", whole, tuned))
    return found


def _version(project: Project, name: str) -> tuple[str, str, PromptBody]:
    return choose_prompts(project.prompts.all(), [name])[0]


def holdout_cases(project: Project, plan: TrainingPlan, seen: Sequence[str]) -> list[Case]:
    """The accepted holdout cases that the plan's behaviors and queries name, without those of lineages it has seen.

    Only these tell anything: what a model was trained on, it knows.
    """
    chosen = CaseFilter(scenario_ids=scenario_ids(project.nodes.tree(), plan.behaviors), split="holdout")
    if plan.where:
        chosen = read_where(project, plan.where, accepted_only=True).narrowed(chosen)
    known = {*seen}
    return [case for case in project.cases.listing(chosen) if case.split == "holdout" and case.root_id not in known]
