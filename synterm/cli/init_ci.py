"""``synterm init-ci``: a workflow file that evaluates a project on every change."""

from __future__ import annotations

import argparse
from pathlib import Path

from synterm.cli.output import say
from synterm.errors import UsageError
from synterm.formats.ci_plan import CiPlan, ci_plan
from synterm.settings import load_settings
from synterm.storage.foreign import read_only

HELP = """\
Write a workflow file that evaluates a project on every push and pull request: with a JUnit report, annotations, a
summary, and a comment that is kept up to date. It names the keys that the project's models need, never their values."""

EXAMPLES = """\
examples:
  synterm init-ci                      the only project file here; writes .github/workflows/synterm.yml
  synterm init-ci evals/support.db --force
  synterm init-ci --gitlab evals/support.db -o .gitlab/synterm.yml
  synterm init-ci evals/support.db -o -"""

_PLACES = {"github": ".github/workflows/synterm.yml", "gitlab": ".gitlab-ci.yml"}
_CHANGE = {"github": "pull request", "gitlab": "merge request"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm init-ci`."""
    parser.add_argument("project", metavar="PROJECT", nargs="?", help="default: the only .db file in this folder")
    where = parser.add_mutually_exclusive_group()
    for name, said in (("github", "a workflow for GitHub Actions (default)"), ("gitlab", "a pipeline for GitLab")):
        where.add_argument(f"--{name}", dest="host", action="store_const", const=name, default="github", help=said)
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write it; - for stdout")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")


def run(args: argparse.Namespace) -> int:
    """Write the file, and say what is left to do."""
    from synterm.reports.json import write_parts

    with read_only(args.project or _only_project()) as project:
        plan = ci_plan(project, load_settings().approved_endpoints)
    text = _text(plan, args.host)
    if args.output == "-":
        write_parts([text], "-")
        return 0
    place = Path(args.output) if args.output else _own_place(plan, args.host)
    _refuse(place, args)
    write_parts([text], str(place))
    say(f"wrote {place}: evaluates {plan.project} on {plan.branch} and on every {_CHANGE[args.host]}")
    for line in _left_to_do(plan, args.host):
        say(line)
    return 0


def _only_project() -> str:
    found = sorted(str(path) for path in Path().glob("*.db"))
    if len(found) != 1:
        said = f"there are {len(found)} .db files here" if found else "there is no .db file here"
        raise UsageError(f"name the project: {said}", hint="synterm init-ci PROJECT")
    return found[0]


def _text(plan: CiPlan, host: str) -> str:
    if host == "gitlab":
        from synterm.formats.gitlab_pipeline import gitlab_pipeline

        return gitlab_pipeline(plan)
    from synterm.formats.github_workflow import github_workflow

    return github_workflow(plan)


def _own_place(plan: CiPlan, host: str) -> Path:
    """Where the host looks for it; its folders are made. Never outside of the repository, whatever links there are."""
    place = plan.root / _PLACES[host]
    if not place.parent.resolve().is_relative_to(plan.root):
        raise UsageError("it leads out of the repository", where=str(place.parent), hint="-o FILE says where to write")
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def _refuse(place: Path, args: argparse.Namespace) -> None:
    if place.is_symlink():
        raise UsageError("it is a link", where=str(place), hint="-o FILE says where to write")
    if place.is_dir() or not place.parent.is_dir():
        raise UsageError("it is no place for a file", where=str(place))
    if place.exists() and not args.force:
        hint = "--force writes over it"
        if args.host == "gitlab":
            hint += ", or -o .gitlab/synterm.yml and in your own file: include: [{local: .gitlab/synterm.yml}]"
        raise UsageError("there is such a file already", where=str(place), hint=hint)


def _left_to_do(plan: CiPlan, host: str) -> list[str]:
    told = [f"commit {plan.project} and this file"]
    if plan.secrets:
        where = "gh secret set NAME" if host == "github" else "Settings, CI/CD, Variables"
        told.append(f"give CI the keys ({where}): {', '.join(plan.secrets)}")
    told += [f"left out: {place}, which you have not approved (approved_endpoints)" for place in plan.refused]
    if plan.restricted:
        told.append("left out: what it asks for, which you do not trust it with: synterm trust, then write this anew")
    elif plan.manifest:
        told.append(f"by this file CI trusts it with what it asks for now: {plan.manifest[:15]}… (synterm trust)")
    told += [f"left out: {what}, which you have not said (synterm settings --bind)" for what in plan.unbound]
    if plan.max_cost == "":
        told.append("no cap on what a run spends: a model's price, or its limit of tokens, is not known")
    if plan.baseline is None:
        told.append(f"no baseline yet: with one, write it anew, and every {_CHANGE[host]} is held against it")
    return [f"  {line}" for line in told]
