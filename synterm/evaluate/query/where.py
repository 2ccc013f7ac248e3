"""``--where``: a query without a board. What a recorded run found takes the place of what the board knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from synterm.errors import InputError, NotFoundError, UsageError, did_you_mean
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.quality import quality_facts
from synterm.evaluate.query.parse import Query, ResultTerm, parse_query
from synterm.evaluate.query.words import NAMES, Known, words
from synterm.storage.case_filter import CaseFilter, QualityFacts, Term
from synterm.storage.case_search import globs
from synterm.storage.project import Project
from synterm.text import one_line

_WHERE = "--where"
_RUNS = "fails:last and passes:last ask the last recorded run; last-2, a run's id or a baseline another one"


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions that hold together."""

    queries: tuple[Query, ...] = ()

    def narrowed(self, chosen: CaseFilter) -> CaseFilter:
        """`chosen` with these conditions besides; a ``split:`` or a ``status:`` takes the place of its own."""
        terms = [*chosen.terms, *(term for query in self.queries for term in query.filter.terms)]
        for name in ("split", "status"):
            said = [query.filter for query in self.queries if name in query.names]
            terms += [Term(name, value) for one in said if (value := getattr(one, name))]
            chosen = replace(chosen, **{name: None}) if said else chosen
        facts = next((query.filter.facts for query in self.queries if "flag" in query.names), chosen.facts)
        return replace(chosen, terms=tuple(terms), facts=facts)


def read_where(project: Project, texts: Sequence[str], *, accepted_only: bool = False) -> Where:
    """What the texts ask for, all of them together.

    Raises InputError for terms that say nothing known, or that ask what only the workbench knows; with
    `accepted_only` UsageError for a status other than accepted.
    """
    if not texts:
        return Where()
    known, facts = _known(project, texts), _facts(project, texts)
    queries = tuple(_read(project, text, known, facts) for text in texts)
    if accepted_only and any("status" in query.names and query.filter.status != "accepted" for query in queries):
        raise UsageError(
            "only accepted cases can be taken here, status: asks for others",
            hint="leave it out; synterm edit PROJECT case --where status:draft --status accepted accepts drafts",
        )
    return Where(queries)


def run_named(project: Project, name: str) -> str | None:
    """The id of the run that ``last``, ``last-2``, an id, its end or a baseline names; None where that is none.

    Raises UsageError where it could be several, NotFoundError where there are not so many.
    """
    if name in project.baselines.names():
        runs = {pin.run_id for pin in project.baselines.get(name)}
        if len(runs) > 1:
            raise UsageError(f"baseline {one_line(name, 60)!r} pins several runs", hint="name one of them by its id")
        return runs.pop()
    found = project.runs.find(name, of_cases=True)
    return found.id if found else None


def _read(project: Project, text: str, known: Known, facts: QualityFacts | None) -> Query:
    try:
        if text.count('"') % 2:
            raise InputError('a quote is not closed: "', hint="--where 'tag:\"two words\"'")
        _refuse_what_names_nothing(text, known)
        query = parse_query(text, None, known, facts, typing=False)
    except (InputError, NotFoundError, UsageError) as error:
        raise InputError(error.message, where=_place(text), hint=error.hint) from error
    if not query.names:
        raise InputError("a query says nothing", where=_place(text), hint='tag:typo, fails:last, "free text" …')
    for term in query.results:
        raise InputError(f"{_typed(term)} asks the workbench's board", where=_place(text), hint=_RUNS)
    return query


def _refuse_what_names_nothing(text: str, known: Known) -> None:
    for word in words(text):
        if word.name in ("fails", "passes") and word.value and not known.run_named(word.value):
            raise InputError(f"{word.name}:{word.value} names no recorded run: columns are the workbench's", hint=_RUNS)
        names = known.values(word.name) if word.name else ()
        if word.name in NAMES and not word.value:
            raise InputError(f"{word.name}: says no value", hint=did_you_mean("", names))
        if word.name == "scenario" and not any(globs(name, word.value.casefold()) for name in names):
            raise InputError(f"scenario:{word.value} fits no scenario", hint=did_you_mean(word.value, names))


def _typed(term: ResultTerm) -> str:
    return f"is:{term.kind}" if term.column is None else f"{term.kind}:{term.column}"


def _place(text: str) -> str:
    return f"{_WHERE} {one_line(text, 80)!r}"


def _known(project: Project, texts: Sequence[str]) -> Known:
    """What terms can name, as far as these do: to list all tags reads all cases."""
    tree = project.nodes.tree()
    nodes = tree.scenarios()
    scenarios = dict.fromkeys([*(node.name for node in nodes), *(tree.path(node.id) for node in nodes)])
    tags = project.cases.tags() if _has(texts, "tag") else None
    return Known(tags, [*scenarios], run_named=lambda name: run_named(project, name))


def _facts(project: Project, texts: Sequence[str]) -> QualityFacts | None:
    """What flags are about: the checks, and the draft of the first prompt."""
    if not _has(texts, "flag"):
        return None
    tree = project.nodes.tree()
    prompts = project.prompts.all()
    body = prompts[0].draft if prompts else None
    return quality_facts(tree, Checklist(tree, models=project.models.all()), body)


def _has(texts: Sequence[str], name: str) -> bool:
    return any(word.name == name for text in texts for word in words(text))
