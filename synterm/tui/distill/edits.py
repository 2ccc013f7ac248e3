"""Edits of what is known about failures, each with what takes it back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from synterm.core.distill import Cluster, Failing, FailureType, Triage
from synterm.core.finding import Finding
from synterm.distill.clusters.clusters import cluster_findings, renamed
from synterm.distill.triage.triage import confirmed
from synterm.storage.project import Project
from synterm.text import one_line, plural
from synterm.tui.distill.groups import Found
from synterm.tui.edits import Edit


def confirming(project: Project, found: Found, failing: Sequence[Failing], kind: FailureType, who: str) -> Edit:
    """Say of which type failures are."""
    once = {one.subject: found.now(one) for one in failing}
    after = [confirmed(one, kind, who) for one in once.values()]
    types = {subject: one.triage for subject, one in once.items() if one.triage}
    before = [*project.findings.about("triage", once).values()]
    kept = {one.subject for one in before}

    async def apply() -> None:
        await asyncio.wrap_future(project.findings.put(*after))
        found.take({subject: Triage.model_validate(one.body) for subject, one in zip(once, after, strict=True)})

    async def revert() -> None:
        await asyncio.wrap_future(project.findings.remove(*(one for one in after if one.subject not in kept)))
        await asyncio.wrap_future(project.findings.put(*before))
        found.take(types)

    return Edit(f"{plural(len(once), 'failure')}: {kind}", apply, revert)


def naming(project: Project, found: Found, cluster: Cluster, name: str, who: str) -> Edit:
    """Give a cluster a name that stays."""
    new = renamed(cluster, name, who)
    before = [*project.findings.about("cluster", [(cluster.id,)]).values()]
    run_id = found.report.run_id

    async def apply() -> None:
        await asyncio.wrap_future(project.findings.put(*cluster_findings([new], run_id, who)))
        found.call(new)

    async def revert() -> None:
        if before:
            await asyncio.wrap_future(project.findings.put(*before))
        else:
            await asyncio.wrap_future(project.findings.remove(*cluster_findings([new], run_id, who)))
        found.call(cluster)

    return Edit(f"cluster called {one_line(name, 50)}", apply, revert)


def clusters_to_keep(project: Project, found: Found, who: str) -> list[Finding]:
    """The clusters that the project does not keep as they are now, so that they are known again."""
    kept = {one.subject: one.body for one in project.findings.all("cluster")}
    wanted = cluster_findings(found.clusters, found.report.run_id, who)
    return [one for one in wanted if kept.get(one.subject) != one.body]
