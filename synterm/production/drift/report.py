"""The report on drift: windows, what they are held against, and what is to be said about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from synterm.core.drift import DriftReport, DriftWindow
from synterm.core.tree import Tree
from synterm.errors import ModelError
from synterm.production.drift.findings import findings
from synterm.production.drift.meaning import (
    BY_WORDS,
    FEW,
    SAMPLE,
    can_tell_languages,
    can_tell_meanings,
    language_question,
    languages_of,
    meaning_question,
)
from synterm.production.drift.questions import Question, mix_question, rate_questions
from synterm.production.drift.reference import Held, Window, held, together
from synterm.production.drift.sample import Text, sample
from synterm.production.drift.tally import described, tally
from synterm.production.drift.windows import stretches
from synterm.storage.drift import Slice
from synterm.storage.project import Project
from synterm.text import plural

_LANGUAGES = 100
"""Texts of a window whose languages are told, of the last so many windows:"""
_TOLD = 30
_ENOUGH = 300
"""The last windows are taken together until they hold so many different inputs, for what they mean and their mix."""


@dataclass(frozen=True, slots=True)
class DriftOptions:
    """What is looked at."""

    by: str | None = None
    """``day``, ``week``, or how many calls a window has; None: what suits."""
    since: str | None = None
    """Calls that were answered at this time or later: ISO 8601, UTC."""
    until: str | None = None
    against: str | None = None
    """``first``, ``previous``, ``cases``, a baseline's name or what else names a run; None: the first windows."""
    texts: bool = True
    """Whether texts are read as well: for what they mean, and in what language."""


DEFAULT = DriftOptions()


def drift_report(
    project: Project, options: DriftOptions = DEFAULT, told: Callable[[str], None] = lambda _: None
) -> DriftReport:
    """How traffic and its pass rate changed, and what of it is more than chance.

    Nothing is asked of a model and nothing written. `told` hears before each step what is done next; what it raises
    ends it. Raises UsageError for windows that can't be, NotFoundError for a name that is no run's, ProjectError where
    the file can't be read.
    """
    tree = project.nodes.tree()
    told("reading traffic …")
    windows, by = _windows(project, options, tree)
    against = held(project, windows, options.against, tree)
    notes = _notes(project, windows, against, options)
    order = {tree.path(node.id): at for at, node in enumerate(tree.walk())}
    questions: list[Question] = []
    languages: dict[str, dict[str, float]] = {}
    if against:
        told("holding it against what was before …")
        questions = [*rate_questions(against), *_looks(project, against, tree, notes, told, texts=options.texts)]
        notes += against.notes
    if options.texts and can_tell_languages() and windows:
        told("telling languages …")
        languages = _languages(project, windows, tree)
    shown = against.current if against and against.current else windows
    return DriftReport(
        project=project.name,
        by=by,
        look=against.look if against else 0,
        windows=tuple(_described(one, order, languages) for one in shown),
        reference=against.reference if against else None,
        findings=tuple(findings(questions, str(project.path), _newest_run(project))),
        notes=tuple(notes),
    )


def _newest_run(project: Project) -> str:
    return max((one.run_id for one in project.traffic.over_time.columns()), default="")


def _windows(project: Project, options: DriftOptions, tree: Tree) -> tuple[list[Window], str]:
    which = Slice(since=options.since, until=options.until)
    cut, by = stretches(project, options.by, which)
    columns = project.traffic.over_time.columns()
    found = [Window(one, tally(project.traffic.over_time.inputs(one.which, columns), tree)) for one in cut]
    return [one for one in found if one.tally.whole.calls], by


def _looks(
    project: Project, against: Held, tree: Tree, notes: list[str], told: Callable[[str], None], *, texts: bool
) -> list[Question]:
    """What is asked once at each look: of the last whole windows, as many as it takes to have enough."""
    last = _last(project, [one for one in against.current if one.stretch.is_complete], tree)
    if against.tally is None or against.texts is None or last is None:
        return []
    look, name = against.look, last.stretch.name
    asked = [mix_question(against, last, look)]
    if not texts:
        return [one for one in asked if one is not None]
    most = SAMPLE if can_tell_meanings() else FEW
    before, after = sample(project, against.texts, most, tree), sample(project, last.stretch.which, most, tree)
    told("comparing what inputs mean …")
    try:
        asked.append(meaning_question(before, after, name, look))
    except ModelError as error:
        notes.append(f"meanings were not compared: {error}")
    if can_tell_languages():
        asked.append(language_question(languages_of(before), languages_of(after), name, look))
    return [one for one in asked if one is not None]


def _last(project: Project, whole: list[Window], tree: Tree) -> Window | None:
    inputs = 0
    for at in range(len(whole) - 1, -1, -1):
        inputs += whole[at].tally.whole.inputs
        if inputs >= _ENOUGH or at == 0:
            return together(project, whole[at:], tree)
    return None


def _languages(project: Project, windows: list[Window], tree: Tree) -> dict[str, dict[str, float]]:
    """The shares of languages in the last windows, by their names."""
    found: dict[str, dict[str, float]] = {}
    for one in windows[-_TOLD:]:
        texts: list[Text] = sample(project, one.stretch.which, _LANGUAGES, tree)
        counts = languages_of(texts)
        if total := counts.total():
            found[one.stretch.name] = {code: count / total for code, count in counts.most_common()}
    return found


def _described(one: Window, order: dict[str, int], languages: dict[str, dict[str, float]]) -> DriftWindow:
    which, name = one.stretch.which, one.stretch.name
    found = described(name, which.since or "", which.until or "", one.tally, order, is_complete=one.stretch.is_complete)
    return found.model_copy(update={"languages": languages.get(name)})


def _notes(project: Project, windows: list[Window], against: Held | None, options: DriftOptions) -> list[str]:
    notes: list[str] = []
    if not windows:
        return ["there is no traffic in that time" if options.since or options.until else _EMPTY]
    if against is None:
        notes.append("there is only one window, and nothing to hold it against: --by 100 makes smaller ones")
    elif not against.current and not against.judged:
        notes.append("there is no traffic after the reference yet")
    if unplaced := sum(one.tally.unplaced for one in windows):
        few = plural(unplaced, "call")
        notes.append(f"{few} {'was' if unplaced == 1 else 'were'} looked for no behavior, and they count in no share")
    if not any(one.tally.whole.judged for one in windows):
        notes.append(f"nothing was judged: synterm run {project.path} --source production judges the logged answers")
    if not can_tell_meanings():
        notes.append(BY_WORDS)
    return notes


_EMPTY = "there is no traffic: synterm import PROJECT LOG --as production brings it in"
