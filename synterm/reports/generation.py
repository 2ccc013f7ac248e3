"""A generation for people and machines: its funnel, and how each case came to be."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.case import Case, value_text
from synterm.core.decision import decisions_of
from synterm.core.generation import AS_MADE, Generation, untouched
from synterm.core.ids import canonical_json
from synterm.core.tree import Tree
from synterm.reports.figures import dollars, percent, score_figure
from synterm.reports.listings import CaseRow, case_list
from synterm.text import one_line, plural

_SAMPLES = 5
_REASONS = 4
"""Reasons of a filter that are told; the most frequent first."""


class GenerationDocument(BaseModel):
    """A generation with its cases, dropped ones too: those are rejected, and say why in their origin."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.generation/1"] = Field(default="synterm.generation/1", alias="schema")
    generation: Generation
    cases: list[CaseRow]


class GenerationList(BaseModel):
    """All generations, the oldest first."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.generations/1"] = Field(default="synterm.generations/1", alias="schema")
    generations: list[Generation]


def generation_document(generation: Generation, cases: Iterable[Case], tree: Tree) -> GenerationDocument:
    """The document of a generation."""
    return GenerationDocument(generation=generation, cases=case_list(tree, cases).cases)


def generation_lines(generation: Generation) -> Iterator[str]:
    """The funnel in lines."""
    funnel = generation.funnel
    yield f"generation {generation.id[-8:]}: {generation.status}; {funnel.ended}".removesuffix("; ")
    if funnel.questions:
        cost = f", {dollars(funnel.cost_usd)}" if funnel.cost_usd else ""
        cached = f", {plural(funnel.cached, 'answer')} from the project file" if funnel.cached else ""
        yield f"  asked       {funnel.questions:>6,}{cached}{cost}"
    yield from _counted("no answer", funnel.failed)
    yield from _counted("unreadable", funnel.unreadable)
    yield f"  made        {funnel.made:>6,}"
    for name, reasons in sorted(funnel.dropped.items(), key=lambda pair: -sum(pair[1].values())):
        yield from _counted(f"- {name}", reasons)
    share = f"  ({percent(funnel.kept / funnel.made)} of what was made)" if funnel.made else ""
    yield f"  kept        {funnel.kept:>6,} of {funnel.wanted:,} wanted{share}"
    if funnel.unsure:
        yield f"  of them     {funnel.unsure:>6,} whose expected result nobody could confirm"
        yield from _reasons(funnel.doubts)


def _counted(name: str, reasons: Mapping[str, int]) -> Iterator[str]:
    if not reasons:
        return
    yield f"  {name:<16}{sum(reasons.values()):>2,}" if len(name) > 11 else f"  {name:<12}{sum(reasons.values()):>6,}"
    yield from _reasons(reasons)


def _reasons(reasons: Mapping[str, int]) -> Iterator[str]:
    most = sorted(reasons.items(), key=lambda pair: -pair[1])
    for reason, count in most[:_REASONS]:
        yield f"      {count:>4,} × {one_line(reason, 100)}"
    if len(most) > _REASONS:
        yield f"           and {plural(len(most) - _REASONS, 'other reason')}"


def sample_lines(cases: Sequence[Case], project: str) -> Iterator[str]:
    """Some of what was kept, and how to see the rest. `project`: as the command line names the file."""
    kept = [case for case in cases if case.status != "rejected"]
    for case in kept[:_SAMPLES]:
        expected = f"  → {one_line(value_text(case.expected), 40)}" if case.expected is not None else "  → ?"
        yield f"  {case.id[-8:]}  {one_line(case.title, 90)}{expected}"
    if len(kept) > _SAMPLES:
        listing = shlex.join(["synterm", "ls", project, "cases", "--status", "draft"])
        yield f"  … and {len(kept) - _SAMPLES:,} more: {listing}"


def generation_rows(generations: Iterable[Generation]) -> Iterator[tuple[str, ...]]:
    """Generations as rows of a list."""
    for one in generations:
        chains: list[list[dict[str, Any]]] = one.config.get("generators", [])
        made = ", ".join(" | ".join(str(step.get("type", "?")) for step in chain) for chain in chains)
        funnel = one.funnel
        kept = f"{funnel.kept}/{funnel.wanted} kept of {funnel.made} made"
        yield one.id[-8:], one.started, one.status, kept, made, str(one.config.get("model") or ""), one.who


MADE_OF = ("steps", "note", "keeps", "filters", "label_check", "relation", "dropped", "generation", "name", AS_MADE)
"""What `lineage_lines` tells of in words, by its name in `core.case.Origin.detail`."""


def lineage_lines(case: Case, above: Sequence[Case]) -> Iterator[str]:
    """How a case came to be: its generators, filters and checks; then what it was made of, up to the root.

    `above`: its seed, that one's seed, and so on. What the origin holds may come from anywhere.
    """
    detail = case.origin.detail
    for step in _entries(detail.get("steps")):
        yield f"made by {_step(step)}"
    if detail.get("note"):
        keeps = one_line(str(detail.get("keeps", "same")), 40)
        yield f"  {one_line(str(detail['note']), 200)}; expected result: {keeps}"
    for found in _entries(detail.get("filters")):
        yield f"filter {_found(found)}"
    for checked in _entries([detail.get("label_check")]):
        yield f"label check {_found(checked)}"
    for related in _entries([detail.get("relation")]):
        yield f"asked the app {_found(related)}"
    for dropped in _entries([detail.get("dropped")]):
        restored = "" if case.status == "rejected" else " (restored)"
        yield f"dropped by {_found(dropped)}{restored}"
    reviews = decisions_of(case)
    for decision in reviews:
        yield f"reviewed: {one_line(decision.words, 300)}"
    if not reviews and AS_MADE in detail and not untouched(case):
        yield f"changed or decided on since: {case.status}"
    if detail.get("generation"):
        yield f"in generation {one_line(str(detail['generation'])[-8:])}"
    for depth, seed in enumerate(above):
        yield f"{'  ' * depth}of {seed.origin.kind} case {seed.id[-8:]}: {one_line(seed.title, 100)}"


def _entries(value: object) -> list[dict[str, Any]]:
    entries = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", entry) for entry in entries if isinstance(entry, dict)]


def _step(step: Mapping[str, Any]) -> str:
    rest = {name: value for name, value in step.items() if name not in ("type", "random", "model", "version")}
    words = [str(step.get("type", "?")) + (f"@{step['version']}" if "version" in step else "")]
    words += [canonical_json(rest).decode()] if rest else []
    words += [f"random {step['random']}"] if "random" in step else []
    words += [f"model {step['model']}"] if "model" in step else []
    return one_line(" · ".join(words), 300)


def _found(found: Mapping[str, Any]) -> str:
    score = found.get("score")
    told = one_line(str(found.get("filter", "?")), 40) + (
        f" {score_figure(score)}" if isinstance(score, int | float) else ""
    )
    return f"{told}: {one_line(str(found.get('reason', '')), 160)}"
