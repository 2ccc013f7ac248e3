"""What a workflow that evaluates a project in CI has to know of it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from synterm.core.context import settings_of
from synterm.core.model import ModelSpec
from synterm.errors import UsageError
from synterm.providers.access import is_loopback, origin
from synterm.providers.families import BY_NAME
from synterm.providers.key_hosts import may_go, place_name, user_hosts
from synterm.providers.prices import price_of
from synterm.storage.project import Project

_PLAIN_PATH = re.compile(r"[\w@+][\w./@+ -]*")
"""Paths that mean the same in YAML, in a shell, in an expression and in a pattern of file names."""
_PLAIN_NAME = re.compile(r"\w[\w./@+ -]*")
_SQL = frozenset(("is-sql", "contains-sql"))
_ANALYSIS = frozenset(("similar", "language", "sentiment", "user-sentiment", "no-pii"))
_GIT_SECONDS = 5
_MAX_COST = "5"


@dataclass(frozen=True, slots=True)
class CiPlan:
    """A project as a workflow sees it."""

    root: Path
    """The repository's folder."""
    project: str
    """The project file, relative to it."""
    secrets: tuple[str, ...]
    """The environment variables that hold its models' keys."""
    endpoints: tuple[str, ...]
    """Origins that its models name and that the user has approved."""
    refused: tuple[str, ...]
    """Origins that its models name and that the user has not approved."""
    key_hosts: tuple[tuple[str, tuple[str, ...]], ...]
    """The variables of its models' keys for which the user's settings say where they may go, and where of that the
    models are."""
    unbound: tuple[str, ...]
    """What the user has not said of keys that models name: ``LLM_KEY to https://llm.example``."""
    extras: tuple[str, ...]
    """What has to be installed with synterm."""
    embedded: bool
    """Whether the embedded model is among its models."""
    baseline: str | None
    """The baseline that pull requests are held against; None without any."""
    branch: str
    """The branch that runs are made of."""
    max_cost: str | None
    """What a run may cost, in US dollars; empty where no cap can hold, None where nothing costs anything."""
    manifest: str | None
    """The digest of what it asks for, which CI is to trust; None where it asks for nothing."""
    restricted: bool
    """Whether its user does not trust it with that: CI is not to either, then."""
    alone: bool
    """Whether the project file has all that a run depends on: none of its models is the repository's own app."""


def ci_plan(project: Project, approved: Iterable[str]) -> CiPlan:
    """Look through a project. Raises UsageError for one outside of a git repository, or of a name that would need
    quoting of four kinds; ProjectError."""
    root = repository_of(project.path)
    if root is None:
        raise UsageError(
            "it is in no git repository, and CI evaluates what is checked out", where=str(project.path), hint="git init"
        )
    models = project.models.all()
    bound, unbound = _bindings(models)
    keyed = {spec.name for spec in models if spec.api_key_env}
    places = {place for spec in models if spec.name not in keyed and (place := _named_endpoint(spec))}
    known = {origin(url) for url in approved}
    return CiPlan(
        root=root,
        project=_relative(project.path, root),
        secrets=tuple(dict.fromkeys(key for spec in models if (key := _key(spec)))),
        endpoints=tuple(sorted(places & known)),
        refused=tuple(sorted(places - known)),
        key_hosts=bound,
        unbound=unbound,
        extras=tuple(_extras(project, models)),
        embedded=any(spec.provider == "embedded" for spec in models),
        baseline=_baseline(project.baselines.names()),
        branch=_branch(root),
        max_cost=_max_cost(models),
        manifest=None if project.trust.capabilities.nothing else project.trust.capabilities.digest,
        restricted=project.trust.restricted,
        alone=not any(spec.provider == "http" or (spec.api_base and is_loopback(spec.api_base)) for spec in models),
    )


def repository_of(path: Path) -> Path | None:
    """The folder of the git repository that `path` lies in."""
    folder = path.resolve().parent
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)


def _relative(path: Path, root: Path) -> str:
    name = path.resolve().relative_to(root).as_posix()
    if not _PLAIN_PATH.fullmatch(name):
        raise UsageError(
            "its path has characters that mean something to a shell or to CI",
            where=name,
            hint="letters, digits and . - _ @ + are fine",
        )
    return name


def _key(spec: ModelSpec) -> str | None:
    """The environment variable that a model's key is in, where it needs one."""
    if spec.api_key_env:
        return spec.api_key_env
    family = BY_NAME.get(spec.provider)
    return family.keys[0] if family and family.keys and spec.api_base is None else None


def _bindings(models: Iterable[ModelSpec]) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], tuple[str, ...]]:
    """Where the keys of models go: what the user's settings say of it, and what they don't."""
    hosts = user_hosts()
    bound: dict[str, tuple[str, ...]] = {}
    unbound: list[str] = []
    for spec in models:
        if not (name := _key(spec)):
            continue
        if not may_go(name, spec, hosts):
            unbound.append(f"{name} to {place_name(spec)}")
        elif name in hosts:
            bound[name] = tuple(dict.fromkeys((*bound.get(name, ()), place_name(spec))))
    return tuple(bound.items()), tuple(dict.fromkeys(unbound))


def _named_endpoint(spec: ModelSpec) -> str | None:
    """The origin of an endpoint that has to be approved."""
    if not spec.api_base or (is_loopback(spec.api_base) and spec.provider != "http"):
        return None
    return origin(spec.api_base)


def _max_cost(models: Iterable[ModelSpec]) -> str | None:
    """A cap holds only where the most that a call can cost is known."""
    prices = [(spec, price_of(spec)) for spec in models]
    paid = [(spec, price) for spec, price in prices if price is None or not price.free]
    bounded = all(
        price and (price.max_output_tokens or {"max_tokens", "max_completion_tokens"} & spec.params.keys())
        for spec, price in paid
    )
    return (_MAX_COST if bounded else "") if paid else None


def _extras(project: Project, models: Iterable[ModelSpec]) -> Iterator[str]:
    used = {kind.removeprefix("not-") for node in project.nodes.tree().walk() for kind in _types(node.checks)}
    contexts = [settings_of(prompt.draft.params) for prompt in project.prompts.all()]
    if any(spec.provider == "embedded" for spec in models):
        yield "local"
    if used & _ANALYSIS or any(context and context.method != "bm25" for context in contexts):
        yield "analysis"
    if used & _SQL:
        yield "sql"


def _types(checks: object) -> Iterator[str]:
    """The types of checks, also of those in sets."""
    if isinstance(checks, dict):
        config = cast("dict[str, Any]", checks)
        yield str(config.get("type", ""))
        yield from _types(list(config.values()))
    elif isinstance(checks, list | tuple):
        for check in cast("list[object]", checks):
            yield from _types(check)


def _baseline(names: list[str]) -> str | None:
    names = [name for name in names if _PLAIN_NAME.fullmatch(name)]
    return "main" if "main" in names else names[0] if len(names) == 1 else None


def _branch(root: Path) -> str:
    """The default branch as the repository knows it, else the one that is checked out."""
    for words in (("refs/remotes/origin/HEAD",), ("HEAD",)):
        command = ["git", "-C", str(root), "symbolic-ref", "--short", "--quiet", *words]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False)  # noqa: S603 - fixed words
        except (OSError, subprocess.SubprocessError):
            break
        if name := done.stdout.strip().removeprefix("origin/"):
            return name
    return "main"
