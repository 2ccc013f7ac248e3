"""``synterm models PROJECT --test NAME``: one request to a model, and all that was said."""

from __future__ import annotations

import argparse

from synterm.cli.output import data, say
from synterm.cli.places import opened, text_of
from synterm.cli.ready import pull_weights
from synterm.cli.signals import run_until_stopped
from synterm.cli.trusting import require_trust
from synterm.core.evaluation import Variant
from synterm.core.model import ModelSpec
from synterm.core.request import Request
from synterm.errors import ExitCode, UsageError
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.trial import MESSAGE, Trial, case_request, message_request, try_out
from synterm.evaluate.variants import choose_prompts, make_variants
from synterm.providers.availability import usable
from synterm.providers.registry import Providers
from synterm.reports.json import write_json
from synterm.reports.trial import trial_document, trial_lines
from synterm.settings import load_settings
from synterm.storage.project import Project


def run(args: argparse.Namespace) -> int:
    """Make the call; 0 when it was answered."""
    if args.message is not None and args.case is not None:
        raise UsageError("--message and --case are two ways to say what is asked", hint="name one of them")
    if args.prompt is not None and args.case is None:
        raise UsageError("--prompt is for --case", hint="name a case, or leave it out")
    with opened(args.words[0]) as project:
        request = _request(project, args)
        require_trust(project)
        if usable(request.model, load_settings().approved_endpoints).state == "fetch":
            pull_weights(say)
        trial = run_until_stopped(_try_out(project, request))
    if args.json:
        write_json(trial_document(trial), "-")
    else:
        for line in trial_lines(trial):
            data(line)
    return ExitCode.OK if trial.completion.outcome.answered else ExitCode.INCOMPLETE


async def _try_out(project: Project, request: Request) -> Trial:
    # The end of a conversation belongs to the trial: it is told of when the providers close.
    async with Providers.of(project) as providers:
        return await try_out(providers, request)


def _request(project: Project, args: argparse.Namespace) -> Request:
    spec = project.models.get(args.test)
    if args.case is None:
        return message_request(spec, MESSAGE if args.message is None else text_of(args.message))
    case = project.cases.get(args.case)
    return case_request(_variant(project, spec, args.prompt), case, Checklist(project.nodes.tree()))


def _variant(project: Project, spec: ModelSpec, prompt: str | None) -> Variant:
    choices = choose_prompts(project.prompts.all(), [prompt] if prompt else [])
    return make_variants(choices[:1], [spec])[0]
