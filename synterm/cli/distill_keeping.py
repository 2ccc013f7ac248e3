"""What people say about failures on the command line, kept: types that they confirm, clusters and their names."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.cli.distill_choice import Choice, cluster_named
from synterm.cli.distill_report import asked_for
from synterm.cli.output import say
from synterm.core.distill import FAILURE_TYPES, Cluster, FailureType, Triage
from synterm.distill.clusters.clusters import cluster_findings, clusters_of, renamed
from synterm.distill.triage.triage import confirmed, triaged
from synterm.errors import UsageError, did_you_mean
from synterm.evaluate.provenance import who
from synterm.text import one_line, plural

_LONGEST_NAME = 200


def type_of(text: str) -> tuple[str, FailureType]:
    """A case and a type, of ``8FH3K2QW=wrong-label``. Raises UsageError."""
    name, _, words = text.partition("=")
    wanted = words.strip().lower().replace("-", " ").replace("_", " ")
    for kind in FAILURE_TYPES:
        if kind == wanted and name:
            return name, kind
    known = [kind.replace(" ", "-") for kind in FAILURE_TYPES]
    hint = did_you_mean(words, known) if words else f"--confirm CASE={known[0]}; there are {', '.join(known)}"
    raise UsageError(f"{text!r} names no type of failure", where="--confirm", hint=hint)


def tell(choice: Choice, text: str) -> None:
    """A message to the person, who may want none."""
    if not choice.args.quiet:
        say(text)


def confirm(choice: Choice, name: str, kind: FailureType) -> None:
    """Keep that the failures of a case are of a type, under each variant that is meant; and say what that asks for."""
    proposed = triaged(choice.project, choice.found.run.id, choice.failing_named(name))
    findings = [confirmed(one, kind, who()) for one in proposed]
    choice.project.findings.put(*findings).result()
    first = proposed[0].model_copy(update={"triage": Triage.model_validate(findings[0].body)})
    variants = f", under {plural(len(proposed), 'variant')}" if len(proposed) > 1 else ""
    tell(choice, f"case {first.case_id[-8:]}: {kind}{variants}; nothing else is proposed for it any more")
    tell(choice, f"next: {asked_for(first, choice.args.project, choice.found.run.id)}")


def clusters(choice: Choice) -> list[Cluster]:
    """The clusters of the failures that are chosen, under the names that somebody gives them."""
    found, _ = clusters_of(choice.project, triaged(choice.project, choice.found.run.id, choice.found.failing))
    for name, words in choice.args.name:
        wanted = one_line(words.strip(), _LONGEST_NAME)
        if not wanted:
            raise UsageError("a cluster needs a name", hint="--name 1 'follow-ups without a subject'")
        one = cluster_named(found, name)
        found[found.index(one)] = renamed(one, wanted, who())
        tell(choice, f"cluster {one.id}, {one.name!r}, is called {wanted!r} from now on")
    return found


def keep(choice: Choice, found: Sequence[Cluster]) -> None:
    """Keep clusters, so that they are known again."""
    if found:
        choice.project.findings.put(*cluster_findings(found, choice.found.run.id, who())).result()
