"""Which cases to take, and how that is said in SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from synterm.core.case import Split, Status
from synterm.storage.base import dump
from synterm.storage.case_search import needle

Flag = Literal["dup", "no-expected", "unknown-label", "missing-var", "empty", "leak"]
FLAGS: tuple[Flag, ...] = get_args(Flag)
Field = Literal["text", "tag", "split", "status", "origin", "id", "scenario", "expected", "flag", "fails", "passes"]
Condition = tuple[str, list[Any]]
"""SQL, and the values of its question marks."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition on a case."""

    field: Field
    value: str
    """For `scenario` and `expected` a pattern with ``*`` and ``?``; for `id` a row name such as c17, or an id's end;
    for `fails` and `passes` the id of a recorded run."""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class QualityFacts:
    """What the project's checks and prompt ask of a case."""

    needs_expected: frozenset[str] = frozenset()
    """The scenarios, by id, whose checks need an expected result."""
    variables: frozenset[str] = frozenset()
    """The names that the prompt's placeholders need values for."""
    examples: frozenset[str] = frozenset()
    """The content ids of the prompt's few-shot examples."""
    label_known: Callable[[str, str], bool] = lambda _scenario_id, _expected: True
    """Whether a scenario's label check knows an expected result, given as JSON."""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to take; None takes all."""

    scenario_ids: Sequence[str] | None = None
    split: Split | None = None
    tags: Sequence[str] = ()
    """Only cases that have all of these."""
    status: Status | None = "accepted"
    text: str = ""
    """Only cases that hold this text in a value of the input or of the expected result, in any case of letters."""
    terms: Sequence[Term] = ()
    """Further conditions, all of which hold."""
    facts: QualityFacts = QualityFacts()
    """What flags are about."""


def where(chosen: CaseFilter, is_common: Callable[[str], bool]) -> Condition:
    """The WHERE clause over `cases`. `is_common` tells whether most contents hold a needle."""
    parts: list[Condition] = []
    if chosen.scenario_ids is not None:
        parts.append(("scenario_id IN (SELECT value FROM json_each(?))", [dump(list(chosen.scenario_ids))]))
    terms = [Term("split", chosen.split)] if chosen.split else []
    terms += [Term("status", chosen.status)] if chosen.status else []
    terms += [Term("tag", tag) for tag in chosen.tags]
    terms += [Term("text", chosen.text)] if chosen.text else []
    for term in (*terms, *chosen.terms):
        sql, values = _holding(term, is_common) if term.field == "text" else _condition(term, chosen.facts)
        parts.append((f"NOT ({sql})" if term.negated else sql, values))
    clause = " AND ".join(sql for sql, _ in parts)
    return (f" WHERE {clause}" if parts else "", [value for _, values in parts for value in values])


def _holding(term: Term, is_common: Callable[[str], bool]) -> Condition:
    # Reading the contents one after the other is three times as fast as looking up those of each case, and the list
    # of those that fit is sorted, so the shorter one is made.
    wanted = needle(term.value)
    words = ("NOT IN", "NOT holds") if is_common(wanted) else ("IN", "holds")
    return f"content_id {words[0]} (SELECT id FROM contents WHERE {words[1]}(input, expected, ?))", [wanted]


def _condition(term: Term, facts: QualityFacts) -> Condition:
    if term.field == "flag":
        return _flag(term.value, facts)
    if term.field == "id":
        return "('c' || pk = ? OR substr(cases.id, ?) = ?)", [
            term.value.casefold(),
            -len(term.value),
            term.value.upper(),
        ]
    if term.field in ("fails", "passes"):
        return _SQL[term.field], [term.value] * _SQL[term.field].count("?")
    pattern = term.value.casefold()
    return _SQL[term.field], [pattern, pattern] if term.field == "scenario" else [
        pattern if term.field == "expected" else term.value
    ]


def _flag(name: str, facts: QualityFacts) -> Condition:
    if name == "no-expected":
        return f"(scenario_id IN (SELECT value FROM json_each(?)) AND {_CONTENTS} expected = 'null'))", [
            dump(sorted(facts.needs_expected))
        ]
    if name == "missing-var":
        lacks = (
            "json_type(input, '$.\"' || value || '\"') IS NULL AND NOT (coalesce(json_type(input, '$.dialog'), '') = "
            "'object' AND coalesce(input ->> '$.dialog.variable', 'message') = value)"
        )
        return f"{_CONTENTS} EXISTS (SELECT 1 FROM json_each(?) WHERE {lacks}))", [dump(sorted(facts.variables))]
    if name == "leak":
        return f"({_SHARED} count(DISTINCT split) > 1) OR content_id IN (SELECT value FROM json_each(?)))", [
            dump(sorted(facts.examples))
        ]
    return _FLAGS[name], []


_CONTENTS = "content_id IN (SELECT id FROM contents WHERE"
_SHARED = "content_id IN (SELECT content_id FROM cases GROUP BY content_id HAVING"
_FLAGS = {
    "dup": f"{_SHARED} count(*) > 1)",
    "empty": f"{_CONTENTS} NOT EXISTS (SELECT 1 FROM json_each(input) "
    "WHERE type <> 'null' AND trim(value, char(9, 10, 11, 12, 13, 32)) <> ''))",
    "unknown-label": "NOT label_known(scenario_id, (SELECT expected FROM contents WHERE contents.id = content_id))",
}
_FOUND = (
    "cases.id {} (SELECT case_id FROM evaluations JOIN run_columns ON run_columns.pk = column_pk "
    "WHERE run_id = ? AND passed {})"
)
_SQL: dict[str, str] = {
    "fails": _FOUND.format("IN", "= 0"),
    "passes": f"({_FOUND.format('IN', '= 1')} AND {_FOUND.format('NOT IN', 'IS NOT 1')})",
    "split": "split = ?",
    "status": "status = ?",
    "tag": "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)",
    "origin": "origin ->> 'kind' = ?",
    "expected": f"{_CONTENTS} expects(expected, ?))",
    "scenario": "scenario_id IN (SELECT one.id FROM nodes AS one LEFT JOIN nodes AS up ON up.id = one.parent_id "
    "LEFT JOIN nodes AS top ON top.id = up.parent_id "
    "WHERE globs(one.name, ?) OR globs(top.name || '/' || up.name || '/' || one.name, ?))",
}
