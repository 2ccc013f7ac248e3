"""``synterm baseline``: pin recorded runs under names, for gates and comparisons to refer to."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from synterm.cli.output import data, rows, say
from synterm.cli.parser import examples
from synterm.cli.places import opened
from synterm.errors import NotFoundError, UsageError
from synterm.evaluate.pinning import why_not_done, why_nothing_to_compare
from synterm.evaluate.provenance import who
from synterm.evaluate.scenarios import scenario_ids
from synterm.reports.baselines import baseline_list, cases_words, described, listed, rate_words, rates, scenario_path
from synterm.reports.figures import percent
from synterm.reports.json import write_json
from synterm.storage.baselines import Baseline, check_name
from synterm.storage.foreign import read_only
from synterm.storage.project import Project
from synterm.storage.runs import RunRecord
from synterm.text import plural

HELP = """\
Pin a recorded run under a name. `synterm run --baseline NAME` compares with it, gates can refer to it, and the run
can't be removed while it is pinned. A scenario may have a run of its own under a name: its baseline."""

EXAMPLES = """\
examples:
  synterm baseline my.db set main                      the newest complete run
  synterm baseline my.db set main --run 8FH3K2QW
  synterm baseline my.db set main --scenario 'Routing/Ambiguous/*'     for these scenarios only
  synterm baseline my.db ls
  synterm baseline my.db show main
  synterm baseline my.db rm main --scenario borderline"""

_READING = ("ls", "show")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm baseline`."""
    parser.add_argument("project", metavar="PROJECT")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    pin = actions.add_parser(
        "set",
        help="pin a run under NAME; says what it replaces",
        description="Pin a run under a name, in place of what was pinned under it before.",
        epilog=examples(
            "synterm baseline my.db set main",
            "synterm baseline my.db set main --run last-1 --scenario 'Routing/Ambiguous/*'",
        ),
    )
    pin.add_argument("name", metavar="NAME", help="such as main")
    pin.add_argument("--run", metavar="ID", help="by id or its end, last or last-1 (default: the newest complete run)")
    pin.add_argument("--force", action="store_true", help="also a run that is not complete")
    actions.add_parser(
        "ls",
        help="what is pinned, how old it is, and how many of the project's cases it has",
        description="List what is pinned, how old it is, and how many of the project's cases it has.",
        epilog=examples("synterm baseline my.db ls"),
    )
    show = actions.add_parser(
        "show",
        help="a baseline scenario by scenario",
        description="Show the pass rates of a baseline, scenario by scenario.",
        epilog=examples("synterm baseline my.db show main"),
    )
    show.add_argument("name", metavar="NAME", help="what it is pinned as")
    unpin = actions.add_parser(
        "rm",
        help="unpin; the runs stay",
        description="Unpin a baseline, or some scenarios of it. The runs stay.",
        epilog=examples("synterm baseline my.db rm main --scenario borderline"),
    )
    unpin.add_argument("name", metavar="NAME", help="what it is pinned as")
    for action in (pin, unpin):
        action.add_argument(
            "--scenario",
            action="append",
            default=[],
            metavar="GLOB",
            help="only for these scenarios, or for those below these nodes: by path or name; may be repeated",
        )
    for action in (actions.choices["ls"], show):
        action.add_argument(
            "--json", nargs="?", const="-", metavar="FILE", help="as JSON (synterm schema baselines); - for stdout"
        )


def run(args: argparse.Namespace) -> int:
    """Do what the action says."""
    with (read_only if args.action in _READING else opened)(args.project) as project:
        _DOING[args.action](project, args)
    return 0


def _set(project: Project, args: argparse.Namespace) -> None:
    check_name(args.name)
    record = _run_of(project, args.run)
    _refuse_what_is_not_done(record, force=args.force)
    scenarios = _scenarios(project, args.scenario)
    _refuse_what_it_does_not_have(project, record, scenarios)
    before = [pin for pin in project.baselines.all() if pin.name == args.name]
    project.baselines.set(args.name, record.id, scenarios, who=who()).result()
    say(f"baseline {args.name}{_places(project, scenarios)}: {described(record)}")
    own = [] if scenarios else [pin.scenario_id for pin in before if pin.scenario_id]
    held = project.coverage.of_run(record.id, only=scenarios or None, without=own)
    say(f"  {cases_words(held)}")
    for rate in rates(record):
        say(f"  {rate_words(rate)}")
    _say_what_was_replaced(project, before, scenarios, record)
    if own:
        hint = f"synterm baseline {project.path} rm {args.name} --scenario '*'"
        say(f"  runs of their own for {plural(len(own), 'scenario')} stay under this name; {hint} unpins them")


def _run_of(project: Project, wanted: str | None) -> RunRecord:
    """The run that is named, or the newest complete one over cases. Raises NotFoundError, UsageError."""
    if wanted is not None:
        return project.runs.named(wanted)
    if project.runs.page(limit=1) and not any(run.status == "complete" for run in project.runs.all()):
        raise UsageError("no run is complete", hint=f"synterm run {project.path} makes one")
    return project.runs.named("last", complete=True, of_cases=True)


def _refuse_what_is_not_done(record: RunRecord, *, force: bool) -> None:
    why = "" if force else why_not_done(record)
    if why:
        raise UsageError(
            why, hint="make the same run again: only what has no answer is sent; or --force pins it as it is"
        )


def _scenarios(project: Project, globs: Sequence[str]) -> list[str]:
    return scenario_ids(project.nodes.tree(), globs) or []


def _refuse_what_it_does_not_have(project: Project, record: RunRecord, scenarios: Sequence[str]) -> None:
    if why := why_nothing_to_compare(project, record):
        raise UsageError(why, hint="--run ID")
    if why := why_nothing_to_compare(project, record, scenarios):
        raise UsageError(why, hint="leave it out, or choose a run that has with --run ID")


def _places(project: Project, scenarios: Sequence[str]) -> str:
    if not scenarios:
        return ""
    tree = project.nodes.tree()
    return f" of {tree.path(scenarios[0])!r}" if len(scenarios) == 1 else f" of {plural(len(scenarios), 'scenario')}"


def _say_what_was_replaced(
    project: Project, before: Sequence[Baseline], scenarios: Sequence[str], record: RunRecord
) -> None:
    replaced = {pin.run_id for pin in before if pin.scenario_id in (scenarios or [""])}
    if replaced == {record.id}:
        say("  it was that run before")
        return
    for run_id in sorted(replaced - {record.id}):
        say(f"  instead of {described(project.runs.get(run_id))}")


def _ls(project: Project, args: argparse.Namespace) -> None:
    listing = baseline_list(project, project.baselines.all())
    if args.json:
        write_json(listing, args.json)
    elif not listing.baselines:
        say(f"nothing is pinned yet: synterm baseline {project.path} set main")
    else:
        rows(map(listed, listing.baselines))


def _show(project: Project, args: argparse.Namespace) -> None:
    pins = project.baselines.get(args.name)
    if args.json:
        write_json(baseline_list(project, pins), args.json)
        return
    for run_id in dict.fromkeys(pin.run_id for pin in pins):
        record = project.runs.get(run_id)
        data(described(record))
        for rate in rates(record):
            data(f"  {rate_words(rate)}")
    data("")
    rows(_by_scenario(project, pins))


def _by_scenario(project: Project, pins: Sequence[Baseline]) -> list[tuple[str, ...]]:
    """Each scenario with the run that is its baseline, the rate there of that run's newest variant, and its cases."""
    tree, by_scenario = project.nodes.tree(), {pin.scenario_id: pin.run_id for pin in pins}
    trends = project.trends.of(list({*by_scenario.values()}))
    found: list[tuple[str, ...]] = []
    gone = [scenario for scenario in by_scenario if scenario and scenario not in tree]
    for scenario_id in [*(scenario.id for scenario in tree.scenarios()), *gone]:
        run_id = by_scenario.get(scenario_id) or by_scenario.get("")
        trend = next((one for one in trends.get(scenario_id, ()) if one.run_id == run_id), None)
        rate = (percent(trend.rate), f"{trend.passed}/{trend.judged}") if trend else ("–", "")
        held = project.coverage.of_run(run_id, only=[scenario_id]) if run_id else {}
        found.append((scenario_path(tree, scenario_id), (run_id or "")[-8:], *rate, cases_words(held)))
    return found


def _rm(project: Project, args: argparse.Namespace) -> None:
    pins = project.baselines.get(args.name)
    chosen = _own(project, pins, args.scenario) if args.scenario else None
    if chosen == []:
        raise NotFoundError(
            f"no scenario of {', '.join(map(repr, args.scenario))} has a run of its own in baseline {args.name!r}",
            hint=f"synterm baseline {project.path} ls",
        )
    count = project.baselines.remove(args.name, chosen).result()
    say(f"unpinned {plural(count, 'run')} of baseline {args.name}; the runs stay")


def _own(project: Project, pins: Sequence[Baseline], globs: Sequence[str]) -> list[str]:
    """The scenarios of these globs that have a run of their own; ``*`` takes those along that are gone."""
    tree = project.nodes.tree()
    wanted = {*_scenarios(project, globs)}
    gone = {pin.scenario_id for pin in pins if pin.scenario_id not in tree and "*" in globs}
    return [pin.scenario_id for pin in pins if pin.scenario_id and pin.scenario_id in wanted | gone]


_DOING: dict[str, Callable[[Project, argparse.Namespace], None]] = {"set": _set, "ls": _ls, "show": _show, "rm": _rm}
