"""A workflow for GitHub Actions that evaluates a project."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from synterm import __version__
from synterm.formats.ci_plan import CiPlan
from synterm.providers.key_hosts import settings_line as line_of
from synterm.providers.weights import DEFAULT

WORKFLOW = ".github/workflows/synterm.yml"
# Quoted as JSON, which YAML takes as it is.
_HEAD = """\
# Written by `synterm init-ci` (synterm {version}). It is yours to change; `synterm init-ci --force` writes it anew.
name: synterm

on:
  push:
    branches: [{branch}]
{push}  pull_request:
{pull}  workflow_dispatch:
    inputs:
      split:
        description: Which cases; holdout for the final word only
        type: choice
        options: [dev, holdout, all]
        default: dev

permissions:
  contents: read
  pull-requests: write  # for the comment, and nothing else

concurrency:
  group: synterm-${{{{ github.ref }}}}
  cancel-in-progress: ${{{{ github.event_name == 'pull_request' }}}}

jobs:
  evaluate:
    runs-on: ubuntu-latest
    timeout-minutes: 60
{forks}    env:
      PROJECT: {project}
      # On pushes and pull requests only the cases to work on, those of the split dev. What is held out loses its worth
      # with each look: run this workflow by hand for it.
      SPLIT: ${{{{ inputs.split || 'dev' }}}}
{cap}{trust}    steps:
      - uses: actions/checkout@v6
        with:
          persist-credentials: false
      - uses: actions/setup-python@v6
        with:
          python-version: "3.12"
      - name: Install synterm
        run: pip install {install}
"""

_PATHS = """\
    # Where the check is required to merge, leave this out: what is not run is waited for.
    paths: [{project}, {workflow}]
"""

_CAP = """\
      # US dollars: a run stops before it would spend more, and is incomplete then (exit 3). Empty: no cap. It needs the
      # price of every model, and the most tokens of an answer: synterm edit PROJECT model NAME --price IN/OUT.
      MAX_COST: {cost}
"""

_TRUST = """\
      # What the project may do here: the digest of all that it asks for. Where that changes, a run sends nothing, ends
      # with exit 2 and says what is new; write this file anew once you have read that.
      SYNTERM_TRUST_MANIFEST: "{digest}"
"""

_FORKS = """\
    # A pull request from a fork gets no secrets, so its models could not be asked.
    if: ${{ github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository }}
"""

_MODEL = """\
      - name: The embedded model, fetched once
        uses: actions/cache@v5
        with:
          path: ~/.local/share/synterm/models
          key: synterm-model-{digest}
"""

_ENDPOINTS = """\
      - name: Which endpoints the project may ask, and where its keys may go
        run: |
          mkdir -p "$RUNNER_TEMP/synterm"
          printf '%s\\n' {settings} > "$RUNNER_TEMP/synterm/settings.toml"
          echo "SYNTERM_CONFIG_DIR=$RUNNER_TEMP/synterm" >> "$GITHUB_ENV"
"""

_ANSWERS = """\
      # Answers are in the project file. Those that CI asked for go with the file as it is committed: a changed project
      # starts from what its own file holds.
      - name: Answers of earlier runs of this project file
        id: answers
        uses: actions/cache/restore@v5
        with:
          path: ${{ env.PROJECT }}
          key: synterm-answers-${{ hashFiles(env.PROJECT) }}-${{ github.run_id }}-${{ github.run_attempt }}
          restore-keys: synterm-answers-${{ hashFiles(env.PROJECT) }}-
"""

_RUN = """\
      - name: Evaluate
        id: synterm
{env}        run: >-
          synterm run "$PROJECT" --split "$SPLIT" --github --junit synterm-junit.xml --json synterm.json
          --html synterm.html --comment synterm-comment.md{cap}{baseline}
"""

_AFTER = """\
      - name: Keep the answers
        if: ${{ !cancelled() }}
        uses: actions/cache/save@v5
        with:
          path: ${{ env.PROJECT }}
          key: ${{ steps.answers.outputs.cache-primary-key }}
      - name: Keep the reports
        if: ${{ !cancelled() }}
        uses: actions/upload-artifact@v7
        with:
          name: synterm
          path: |
            synterm-junit.xml
            synterm.json
            synterm.html
          if-no-files-found: ignore
      - name: Comment on the pull request
        if: ${{ !cancelled() && github.event_name == 'pull_request' && steps.synterm.outputs.comment_file != '' }}
        continue-on-error: true  # a fork's token can't write; the verdict stays what it is
        uses: actions/github-script@v8
        env:
          COMMENT_FILE: ${{ steps.synterm.outputs.comment_file }}
        with:
          script: |
            const body = require('fs').readFileSync(process.env.COMMENT_FILE, 'utf8');
            const marker = body.split('\\n', 1)[0];
            const issue = { ...context.repo, issue_number: context.issue.number };
            const comments = await github.paginate(github.rest.issues.listComments, issue);
            const ours = comments.find(one => one.user.type === 'Bot' && one.body.startsWith(marker));
            if (ours) {
              await github.rest.issues.updateComment({ ...context.repo, comment_id: ours.id, body });
            } else {
              await github.rest.issues.createComment({ ...issue, body });
            }
"""


def github_workflow(plan: CiPlan) -> str:
    """The text of ``.github/workflows/synterm.yml``."""
    return "".join(_parts(plan))


def requirement(plan: CiPlan) -> str:
    """What pip is to install, quoted for a shell."""
    extras = f"[{','.join(plan.extras)}]" if plan.extras else ""
    return shlex.quote(f"synterm{extras}=={__version__}")


def trust_lines(plan: CiPlan) -> str:
    """What CI is to trust, as a variable of its environment; empty where there is nothing to trust."""
    return _TRUST.format(digest=plan.manifest) if plan.manifest and not plan.restricted else ""


def settings_line(plan: CiPlan) -> str:
    """The lines of a settings file that approve the plan's endpoints and say where its keys may go, each quoted for a
    shell; empty where there is nothing to say."""
    lines = [f"approved_endpoints = {json.dumps(list(plan.endpoints))}"] if plan.endpoints else []
    if plan.key_hosts:
        lines += ["[key_hosts]", *(line_of(name, hosts) for name, hosts in plan.key_hosts)]
    return " ".join(map(shlex.quote, lines))


def _parts(plan: CiPlan) -> Iterator[str]:
    paths = _paths(plan)
    yield _HEAD.format(
        version=__version__,
        branch=json.dumps(plan.branch),
        push=paths,
        pull=paths,
        cap="" if plan.max_cost is None else _CAP.format(cost=json.dumps(plan.max_cost)),
        trust=trust_lines(plan),
        forks=_FORKS if plan.secrets else "",
        project=json.dumps(plan.project, ensure_ascii=False),
        install=requirement(plan),
    )
    if plan.embedded:
        yield _MODEL.format(digest=DEFAULT.sha256[:16])
    if settings := settings_line(plan):
        yield _ENDPOINTS.format(settings=settings)
    yield _ANSWERS
    yield _run(plan)
    yield _AFTER


def _paths(plan: CiPlan) -> str:
    """Which changes are worth a run: where the app under test is elsewhere, those of the project alone."""
    if not plan.alone:
        return ""
    # A plus sign in a pattern repeats what is before it.
    project, own = (json.dumps(name.replace("+", "\\+"), ensure_ascii=False) for name in (plan.project, WORKFLOW))
    return _PATHS.format(project=project, workflow=own)


def _run(plan: CiPlan) -> str:
    env = [f"{name}: ${{{{ secrets.{name} }}}}" for name in plan.secrets]
    if plan.baseline:
        # In an expression, a quote stands twice.
        name = plan.baseline.replace("'", "''")
        env.append("BASELINE: " + json.dumps(f"${{{{ github.event_name == 'pull_request' && '{name}' || '' }}}}"))
    lines = ["env:", *(f"  {line}" for line in env)] if env else []
    baseline = '\n          ${BASELINE:+--baseline "$BASELINE"}' if plan.baseline else ""
    cap = "" if plan.max_cost is None else '\n          ${MAX_COST:+--max-cost "$MAX_COST"}'
    return _RUN.format(env="".join(f"        {line}\n" for line in lines), cap=cap, baseline=baseline)
