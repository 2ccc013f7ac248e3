"""What a query says: words to find, and ``name:value`` terms; ``-`` before one negates it.

``tag:typo -tag:long split:all status:draft origin:generated id:c17 scenario:off* expected:schedule flag:dup
is:failing fails:draft passes:v2 fails:last "free text"``
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal, cast

from synterm.core.case import Split, Status
from synterm.errors import InputError, NotFoundError, UsageError, did_you_mean
from synterm.evaluate.query.words import NAMES, Known, Word, words
from synterm.storage.case_filter import CaseFilter, Field, QualityFacts, Term

ResultKind = Literal[
    "failing", "passing", "error", "stale", "fixed", "broken", "disagree", "unjudged", "fails", "passes"
]


@dataclass(frozen=True, slots=True)
class ResultTerm:
    """A condition on the verdicts of a case, which the board knows."""

    kind: ResultKind
    """`fails` and `passes` are about one column; the others about the draft's, or about all."""
    column: str | None = None
    """``draft``, ``v6`` or ``v6·gpt``."""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What a query asks for: of the project file, and of the board."""

    filter: CaseFilter
    results: tuple[ResultTerm, ...] = ()
    names: frozenset[str] = frozenset()
    """The names of its terms: whether it says ``split:`` at all."""


def parse_query(
    query: str,
    scenario_ids: Sequence[str] | None = None,
    known: Known | None = None,
    facts: QualityFacts | None = None,
    *,
    typing: bool = True,
) -> Query:
    """What a query asks for, within some scenarios.

    Without a ``split:`` only dev cases, without a ``status:`` only accepted ones; ``all`` lifts either. While it is
    being typed, a last term that is the beginning of a value restricts nothing yet. Raises InputError for names and
    values that do not exist.
    """
    known = known or Known()
    split, status = "dev", "accepted"
    terms: list[Term] = []
    results: list[ResultTerm] = []
    names: set[str] = set()
    for word in words(query):
        name, value = _checked(word if typing else replace(word, last=False), known)
        if not value:
            continue
        names.add(name)
        if name in ("is", "fails", "passes"):
            term = _result(name, value, word.negated, known)
            results += [term] if isinstance(term, ResultTerm) else []
            terms += [term] if isinstance(term, Term) else []
        elif name == "split" and (value == "all" or not word.negated):
            split = value
        elif name == "status" and (value == "all" or not word.negated):
            status = value
        else:
            terms.append(Term(cast(Field, name), value, word.negated))
            # What is not wanted takes the place of what is wanted unless one says otherwise.
            split = "all" if name == "split" else split
            status = "all" if name == "status" else status
    return Query(
        CaseFilter(
            scenario_ids=scenario_ids,
            split=None if split == "all" else cast(Split, split),
            status=None if status == "all" else cast(Status, status),
            terms=tuple(terms),
            facts=facts or QualityFacts(),
        ),
        tuple(results),
        frozenset(names),
    )


def _result(name: str, value: str, negated: bool, known: Known) -> ResultTerm | Term:
    if name == "is":
        return ResultTerm(cast(ResultKind, value), None, negated)
    if value not in known.columns and (run_id := _run(name, value, known)):
        return Term(cast(Field, name), run_id, negated)
    return ResultTerm(cast(ResultKind, name), value, negated)


def _checked(word: Word, known: Known) -> tuple[str, str]:
    """Name and value of a term; an empty value where it restricts nothing."""
    if not word.name:
        return "text", word.value
    if word.name not in NAMES:
        return "text", _as_text(word)
    values = known.values(word.name)
    if word.name == "expected" and word.last and word.value not in values and _begins(word.value, values):
        return word.name, ""
    if not word.value or word.value in values or not known.is_closed(word.name):
        return word.name, word.value
    if word.last and _begins(word.value, values):
        return word.name, ""
    if word.name in ("fails", "passes") and _run(word.name, word.value, known):
        return word.name, word.value
    listed = f" is none of {', '.join(values)}" if NAMES[word.name] else " is nothing here"
    raise InputError(f"{word.name}:{word.value}{listed}", hint=did_you_mean(word.value, values))


def _run(name: str, value: str, known: Known) -> str | None:
    try:
        return known.run_named(value)
    except (NotFoundError, UsageError) as error:
        raise InputError(f"{name}:{value}: {error.message}", hint=error.hint) from error


def _as_text(word: Word) -> str:
    """``http://x`` is a text; ``tags:x`` is a mistake."""
    near = get_close_matches(word.name, NAMES, n=2, cutoff=0.75)
    if near and not word.value.startswith("/"):
        raise InputError(f"there is no {word.name}:", hint=f"did you mean {' or '.join(f'{name}:' for name in near)}?")
    return f"{word.name}:{word.value}"


def _begins(part: str, values: Sequence[str]) -> bool:
    return any(value.startswith(part) for value in values)
