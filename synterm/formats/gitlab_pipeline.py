"""A pipeline for GitLab that evaluates a project."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Iterator

from synterm import __version__
from synterm.formats.ci_plan import CiPlan
from synterm.formats.github_workflow import requirement, settings_line, trust_lines

_HEAD = """\
# Written by `synterm init-ci --gitlab` (synterm {version}). It is yours to change.
synterm:
  image: python:3.12
  timeout: 1 hour
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
{changes}    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
{changes}  variables:
    PROJECT: {project}
    # Only the cases to work on, those of the split dev. What is held out loses its worth with each look: run a pipeline
    # by hand with SPLIT set to holdout for it.
    SPLIT: dev
{cap}{trust}\
    SYNTERM_DATA_DIR: $CI_PROJECT_DIR/.synterm-ci/data
{keys}  before_script:
    - pip install --quiet {install}
{endpoints}\
    # Answers are in the project file. Those that CI asked for go with the file as it is committed: a changed project
    # starts from what its own file holds.
    - kept=".synterm-ci/answers-$(git rev-parse "HEAD:$PROJECT").db"
    - if [ -f "$kept" ]; then cp "$kept" "$PROJECT"; fi
  script:
{script}\
  after_script:
    - mkdir -p .synterm-ci && rm -f .synterm-ci/answers-*.db
    - cp "$PROJECT" ".synterm-ci/answers-$(git rev-parse "HEAD:$PROJECT").db"
  cache:
    key: synterm-$CI_COMMIT_REF_SLUG
    fallback_keys:
      - synterm-$CI_DEFAULT_BRANCH
    paths:
      - .synterm-ci/
    when: always
  artifacts:
    when: always
    paths:
      - synterm-junit.xml
      - synterm.json
      - synterm.html
    reports:
      junit: synterm-junit.xml
"""

_ENDPOINTS = """\
    - mkdir -p .synterm-settings && export SYNTERM_CONFIG_DIR="$CI_PROJECT_DIR/.synterm-settings"
    - {line}
"""

_CAP = """\
    # US dollars: a run stops before it would spend more, and is incomplete then (exit 3). Empty: no cap. It needs the
    # price of every model, and the most tokens of an answer: synterm edit PROJECT model NAME --price IN/OUT.
    MAX_COST: {cost}
"""

_RUN = 'synterm run "$PROJECT" --split "$SPLIT" --junit synterm-junit.xml --json synterm.json --html synterm.html'


def gitlab_pipeline(plan: CiPlan) -> str:
    """The text of ``.gitlab-ci.yml``, or of a file that it includes."""
    return _HEAD.format(
        version=__version__,
        project=json.dumps(plan.project, ensure_ascii=False),
        keys="".join(f"  # {name}: a masked variable in Settings, CI/CD, Variables\n" for name in plan.secrets),
        changes=_changes(plan),
        cap="" if plan.max_cost is None else _CAP.format(cost=json.dumps(plan.max_cost)),
        trust=textwrap.indent(textwrap.dedent(trust_lines(plan)), "    "),
        install=requirement(plan),
        endpoints=_endpoints(plan),
        script="".join(f"    - {line}\n" for line in _script(plan)),
    )


def _endpoints(plan: CiPlan) -> str:
    if not (settings := settings_line(plan)):
        return ""
    command = f"printf '%s\\n' {settings} > .synterm-settings/settings.toml"
    return _ENDPOINTS.format(line=json.dumps(command))


def _changes(plan: CiPlan) -> str:
    """Which changes are worth a run: where the app under test is elsewhere, those of the project alone."""
    if not plan.alone:
        return ""
    return f"      changes: [{json.dumps(plan.project, ensure_ascii=False)}, .gitlab-ci.yml, .gitlab/*.yml]\n"


def _script(plan: CiPlan) -> Iterator[str]:
    run = _RUN if plan.max_cost is None else _RUN + ' ${MAX_COST:+--max-cost "$MAX_COST"}'
    if plan.baseline is None:
        yield run
        return
    yield json.dumps(f"baseline={shlex.quote(plan.baseline)}", ensure_ascii=False)
    yield 'if [ -z "$CI_MERGE_REQUEST_IID" ]; then baseline=""; fi'
    yield run + ' ${baseline:+--baseline "$baseline"}'
