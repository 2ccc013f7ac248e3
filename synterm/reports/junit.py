"""A run as JUnit XML, which Jenkins, GitLab and others show as tests.

A suite for each scenario under each variant, before them the gates, and what a comparison found. Readers group tests by
``classname``, not by suite, and tell tests of two runs to be the same by ``classname`` and ``name``: so these hold no
ids, and a prompt's version only where a run has several of one prompt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from synterm import __version__
from synterm.core.evaluation import variant_name
from synterm.core.report import RunReport
from synterm.core.tree import Tree
from synterm.reports.case_words import CaseVerdict, title
from synterm.reports.findings import broken_cases
from synterm.reports.json import write_parts
from synterm.reports.junit_case import testcase
from synterm.reports.junit_gates import gate_suites
from synterm.reports.junit_suite import Suite
from synterm.reports.spool import Spool
from synterm.reports.xml import line, start

if TYPE_CHECKING:
    from synterm.storage.recorded import Recorded
    from synterm.storage.runs import RunRecord

_NAME = 512
_TITLE = 200
_GONE = "(no longer in the tree)"


def write_junit(report: RunReport, run: RunRecord, recorded: Iterable[Recorded], tree: Tree, target: str) -> None:
    """Write a run's report as JUnit XML; `recorded` are its evaluations by column and case, of which those of one case
    are held at a time.

    To the file `target`, all of it or nothing, or to stdout for ``-``. Raises InputError when it can't be written, and
    whatever taking the evaluations raises.
    """
    write_parts(_document(report, run, recorded, tree), target)


class _Names:
    """What suites, classes and tests are called."""

    def __init__(self, report: RunReport, tree: Tree) -> None:
        several = Counter((variant.prompt, variant.model) for variant in report.variants)
        self._tree = tree
        self._stable = {
            variant.name: variant.name
            if several[variant.prompt, variant.model] > 1
            else f"{variant.prompt} · {variant.model}"
            for variant in report.variants
        }

    def stable(self, variant: str) -> str:
        """The variant's name without its prompt's version, where that is not needed to tell it from others."""
        return self._stable.get(variant, variant)

    @property
    def scenarios(self) -> list[str]:
        """The ids of all scenarios, as the tree has them."""
        return [node.id for node in self._tree.scenarios()]

    def path(self, scenario_id: str) -> str:
        """The path of a scenario."""
        return self._tree.path(scenario_id) if scenario_id in self._tree else _GONE

    def classname(self, path: str, variant: str) -> str:
        """``Routing.Ambiguous.borderline [router · rules]``: readers take what is before the last dot for a package."""
        dotted = ".".join(part.replace(".", "_") for part in path.split("/"))
        return line(f"{dotted} [{self.stable(variant).replace('.', '_')}]", _NAME)


def _document(report: RunReport, run: RunRecord, recorded: Iterable[Recorded], tree: Tree) -> Iterator[str]:
    names = _Names(report, tree)
    with Spool() as spool:
        suites = [*gate_suites(report, names.stable), *_collected(report, recorded, names, spool)]
        tests, failures, errors = (sum(counts) for counts in zip(*(suite.counts for suite in suites), strict=True))
        yield '<?xml version="1.0" encoding="UTF-8"?>\n'
        yield start(
            "testsuites",
            name="synterm",
            tests=str(tests),
            failures=str(failures),
            errors=str(errors),
            time=f"{report.wall_s:.3f}",
        )
        for suite in suites:
            yield from suite.text(run.started[:19], _properties(report, run), spool)
        yield "\n</testsuites>\n"


def _properties(report: RunReport, run: RunRecord) -> dict[str, str]:
    return {
        "run_id": report.run_id,
        "project": report.project,
        "git_commit": run.git_commit or "",
        "synterm": __version__,
        "exit_code": str(report.exit_code),
    }


def _collected(report: RunReport, recorded: Iterable[Recorded], names: _Names, spool: Spool) -> list[Suite]:
    """The suites of scenarios, whose tests are in the spool then: by variant, then as the tree has them."""
    suites: dict[tuple[str, str], Suite] = {}
    broken, seen, column = broken_cases(report), Counter[tuple[str, str]](), ""
    for (variant, case_id), repeats in groupby(recorded, _cell):
        if variant != column:
            seen, column = Counter[tuple[str, str]](), variant
        verdict = CaseVerdict(list(repeats))
        scenario, path = verdict.telling.scenario_id, names.path(verdict.telling.scenario_id)
        name = title(verdict.telling, _TITLE)
        seen[scenario, name] += 1
        shown = name if seen[scenario, name] == 1 else f"{name} ({seen[scenario, name]})"
        if (variant, scenario) not in suites:
            suites[variant, scenario] = _suite(report, variant, path, len(suites))
        suite = suites[variant, scenario]
        suite.add(verdict)
        test = testcase(
            verdict, names.classname(path, variant), shown, broken.get((variant, case_id)), report.comparison
        )
        spool.add(suite.number, test)
    return [suites[key] for key in sorted(suites, key=_order(report, names))]


def _order(report: RunReport, names: _Names) -> Callable[[tuple[str, str]], tuple[int, int]]:
    variants = {variant.name: at for at, variant in enumerate(report.variants)}
    scenarios = {scenario: at for at, scenario in enumerate(names.scenarios)}
    return lambda key: (variants.get(key[0], len(variants)), scenarios.get(key[1], len(scenarios)))


def _cell(done: Recorded) -> tuple[str, str]:
    return variant_name(done.prompt, done.version, done.model_name), done.case_id


def _suite(report: RunReport, variant: str, path: str, number: int) -> Suite:
    known = next((each for each in report.variants if each.name == variant), None)
    own = {"prompt": known.prompt, "prompt_version": known.prompt_version, "model": known.model} if known else {}
    return Suite(line(f"{path} [{variant}]", _NAME), number, own)
