"""Which failures, under which variant, and which case or cluster: from what people write."""

from __future__ import annotations

import argparse
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from synterm.core.case import Case
from synterm.core.distill import Cluster, Failing
from synterm.core.evaluation import Variant, variant_name
from synterm.core.production import production_of
from synterm.distill.failures import Failures, failures
from synterm.errors import NotFoundError, UsageError, did_you_mean
from synterm.evaluate.scenarios import scenario_ids
from synterm.storage.project import Project
from synterm.storage.recorded import Column

_SHORTEST = 6


@dataclass
class Choice:
    """What the options that choose failures choose."""

    project: Project
    args: argparse.Namespace

    @cached_property
    def columns(self) -> list[Column]:
        """The columns of the run that are meant. Raises NotFoundError where none is."""
        run = self.project.runs.named(self.args.run)
        there = self.project.runs.columns(run.id)
        found = [one for one in there if self._is_meant(one)]
        if not found:
            known = "; ".join(dict.fromkeys(column_name(one) for one in there)) or "nothing was evaluated in it"
            raise NotFoundError(f"run {run.id[-8:]} has no such variant", hint=f"it has: {known}")
        return found

    @property
    def narrowed(self) -> dict[str, Any]:
        """How `failures` and the report are told which failures are meant."""
        narrowed: dict[str, Any] = {"runs": self.args.runs, "scenarios": self.scenarios}
        if self.args.prompt or self.args.model:
            narrowed["variants"] = {(one[2], one[4]) for one in self.columns}
            narrowed["prompts"] = {one[1] for one in self.columns}
        return narrowed

    @cached_property
    def scenarios(self) -> list[str] | None:
        """The scenarios that are meant, by id; None for all."""
        return scenario_ids(self.project.nodes.tree(), self.args.behavior)

    @cached_property
    def found(self) -> Failures:
        """What keeps failing."""
        return failures(self.project, self.args.run, **self.narrowed)

    @property
    def command(self) -> str:
        """The command as it was given, as far as it chooses failures."""
        args = self.args
        words = ["synterm", "distill", args.project]
        words += ["--run", args.run] if args.run != "last" else []
        words += ["--runs", str(args.runs)] if args.runs != 3 else []
        words += ["--prompt", args.prompt] if args.prompt else []
        words += ["--model", args.model] if args.model else []
        words += [word for glob in args.behavior for word in ("--behavior", glob)]
        return shlex.join(words)

    def failing_of(self, case: Case) -> list[Failing]:
        """The failures of a case that stay, by variant. Raises NotFoundError where it has none."""
        found = [one for one in self.found.failing if one.case_id == case.id]
        if not found:
            raise NotFoundError(
                f"case {case.id[-8:]} is none that keeps failing up to run {self.found.run.id[-8:]}",
                hint=f"{self.command} lists those that do",
            )
        return found

    def failing_named(self, name: str) -> list[Failing]:
        """The failures that stay of a case, or of a logged call, by its id or the end of it. Raises NotFoundError."""
        ends = name.upper()
        found = [one for one in self.found.failing if self.is_logged and one.case_id.endswith(ends)]
        if len(name) < _SHORTEST or len({one.case_id for one in found}) != 1:
            return self.failing_of(self.project.cases.get(name))
        return found

    @cached_property
    def is_logged(self) -> bool:
        """Whether it is a run over production's traffic: its failures are of calls, and not of cases."""
        return production_of(self.project.runs.named(self.args.run).config) is not None

    def refuse_logged(self, names: Sequence[str]) -> None:
        """Raise UsageError where these are logged calls, or clusters of them: only cases can be asked again."""
        if self.is_logged and not all(map(self._is_case, names)):
            raise UsageError(
                "these are logged calls, and no cases: what to ask the app with is not known",
                hint=f"synterm inbox {shlex.quote(self.args.project)} --promote CALL makes a draft case of one",
            )

    def column_of(self, case: Case) -> Column:
        """The column that a case fails in; else the first that has a verdict on it. Raises NotFoundError."""
        keys = {(one.prompt, one.version, one.model) for one in self.found.failing if one.case_id == case.id}
        for column in self.columns:
            if (column[1], column[2], column[4]) in keys:
                return column
        for column in self.columns:
            if any(one.case_id == case.id for one in self.project.stubborn.standings(column[0])):
                return column
        raise NotFoundError(
            f"run {self.found.run.id[-8:]} did not evaluate case {case.id[-8:]}", hint="--run names another one"
        )

    def column_of_most(self, cases: Sequence[Case]) -> tuple[Column, list[Case]]:
        """The column that most of these fail in, and those of them. Raises NotFoundError where none fails."""
        wanted = {case.id for case in cases}
        failing = [one for one in self.found.failing if one.case_id in wanted]
        counts = Counter((one.prompt, one.version, one.model) for one in failing)
        if not counts:
            self.failing_of(cases[0])
        key = max(counts, key=lambda one: counts[one])
        column = next(one for one in self.columns if (one[1], one[2], one[4]) == key)
        here = {one.case_id for one in failing if (one.prompt, one.version, one.model) == key}
        return column, [case for case in cases if case.id in here]

    def variant(self, column: Column) -> Variant:
        """The variant of a column: the prompt as it was then, the model as the project has it now.

        Raises NotFoundError where either is gone.
        """
        for prompt in self.project.prompts.all():
            for body in (prompt.draft, *(one.body for one in prompt.versions)):
                if body.id == column[3]:
                    return Variant(column[1], column[2], body, self.project.models.get(column[4]))
        raise NotFoundError(
            f"the prompt as it was, {column[1]}@{column[2]}, is not there any more",
            hint=f"synterm run {self.args.project} evaluates it as it is now",
        )

    def _is_case(self, name: str) -> bool:
        try:
            self.project.cases.get(name)
        except NotFoundError:
            return False
        return True

    def _is_meant(self, column: Column) -> bool:
        name, _, version = (self.args.prompt or "").partition("@")
        wanted = f"v{version}" if version.isdecimal() else version
        return name in ("", column[1]) and wanted in ("", column[2]) and (self.args.model or column[4]) == column[4]


def column_name(column: Column) -> str:
    """``router@v2 · smollm2``."""
    return variant_name(column[1], column[2], column[4])


def cluster_named(clusters: Sequence[Cluster], name: str) -> Cluster:
    """The cluster by its number in the list, its id, the beginning of that, or its name. Raises NotFoundError."""
    if name.isascii() and name.isdecimal() and 1 <= int(name) <= len(clusters):
        return clusters[int(name) - 1]
    found = [one for one in clusters if one.name == name or (len(name) >= 4 and one.id.startswith(name.lower()))]
    if len(found) != 1:
        known = [one.id for one in clusters] + [one.name for one in clusters]
        hint = did_you_mean(name, known) if clusters else "there is no cluster"
        raise NotFoundError(f"{'several clusters are' if found else 'no cluster is'} called {name!r}", hint=hint)
    return found[0]
