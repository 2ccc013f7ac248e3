"""What a project file tells of a run that is not made: what is to be asked of each model, and what that took before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from synterm.core.model import ModelSpec
from synterm.evaluate.foresight import Foresight, Hands, Kind, Load, Way, Whole, foresee, pace_of
from synterm.evaluate.meter import USUAL_ANSWER
from synterm.evaluate.preview import Preview
from synterm.evaluate.run import RunPlan
from synterm.providers.access import origin
from synterm.providers.openai_endpoints import endpoint_of
from synterm.providers.registry import Providers
from synterm.storage.project import Project


def outlook(project: Project, chosen: RunPlan, previews: Sequence[Preview], hands: Hands) -> Foresight:
    """What is foreseen of `chosen`. Starts nothing and connects to nothing. Raises ProjectError."""
    providers = Providers.of(project)
    specs = {spec.name: spec for spec in project.models.all()} | {
        made.variant.model.name: made.variant.model for made in previews
    }
    requests: Counter[str] = Counter()
    tokens: Counter[str] = Counter()
    for made in previews:
        name = made.variant.model.name
        requests[name] += made.requests
        tokens[name] += made.tokens_in + made.requests * USUAL_ANSWER
        for asked, count in made.asked_of.items():
            requests[asked] += count
            tokens[asked] += count * 2 * USUAL_ANSWER
    loads = [
        Load(specs[name], _way(specs[name], providers), count, tokens[name], pace_of(_past(project, specs[name])))
        for name, count in requests.items()
    ]
    cached = sum(made.cached for made in previews)
    return foresee(loads, hands, Whole(chosen.size, cached, project.path.stat().st_size))


def _past(project: Project, spec: ModelSpec):
    return project.responses.past(spec.resolved, spec.api_base)


def _way(spec: ModelSpec, providers: Providers) -> Way:
    provider = providers.for_model(spec)
    endpoint = (origin(spec.api_base) if spec.api_base else None) or spec.provider
    return Way(_kind(spec, fast=providers.fast), endpoint, provider.width, provider.most)


def _kind(spec: ModelSpec, *, fast: bool) -> Kind:
    match spec.provider:
        case "embedded":
            return Kind.EMBEDDED
        case "scripted":
            return Kind.SCRIPTED
        case "http":
            return Kind.DIRECT
        case _:
            return Kind.DIRECT if fast and endpoint_of(spec) is not None else Kind.LITELLM
