"""``synterm ls PROJECT duplicates``: cases that nearly repeat each other."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from synterm.cli.output import rows, say
from synterm.core.case import input_text, value_text
from synterm.core.tree import Tree
from synterm.describe.duplicate_list import DuplicateGroup, DuplicateList, duplicate_list
from synterm.describe.duplicates import THRESHOLDS, By, near_duplicates
from synterm.reports.json import write_json
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from synterm.text import plural


def list_duplicates(project: Project, tree: Tree, chosen: CaseFilter, args: argparse.Namespace) -> None:
    """Write the groups of near-duplicates among the chosen cases; how many there are goes to stderr."""
    cases = project.cases.listing(chosen)
    by: By = args.by
    like = THRESHOLDS[by] if args.like is None else args.like
    found = near_duplicates(cases, like, by)[: args.limit]
    members = project.cases.named([case_id for group in found for case_id in group.ids])
    listing = duplicate_list(tree, found, members, by=by, like=like, looked=len(cases))
    if args.json:
        return write_json(listing, "-")
    rows((row for group in listing.groups for row in _lines(group)), main=4)
    return say(_summary(listing))


def _lines(group: DuplicateGroup) -> Iterator[tuple[str, ...]]:
    for number, case in enumerate(group.cases):
        yield (
            case.id[-8:] if number == 0 else f"  {case.id[-8:]}",
            "" if number == 0 else f"{case.likeness:.2f}",
            case.split if case.status == "accepted" else f"{case.split} {case.status}",
            value_text(case.expected),
            input_text(case.input),
            case.scenario,
        )


def _summary(listing: DuplicateList) -> str:
    differ = sum(group.expected_differs for group in listing.groups)
    leaks = sum(group.splits_differ for group in listing.groups)
    words = [f"{plural(len(listing.groups), 'group')} among {plural(listing.cases, 'case')}"]
    words.append(f"{listing.redundant:,} could go if one of each stayed")
    words += [f"{differ:,} expect different results"] if differ else []
    words += [f"{leaks:,} lie in several splits"] if leaks else []
    return f"near from {listing.like:g} on, by {listing.by}: {' · '.join(words)}"
