"""A pipeline for GitLab that evaluates a project."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from synterm import __version__
from synterm.formats.ci_plan import CiPlan
from synterm.formats.github_workflow import requirement, settings_line

_HEAD = """\
# Written by `synterm init-ci --gitlab` (synterm {version}). It is yours to change.
synterm:
  image: python:3.12
  timeout: 1 hour
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  variables:
    PROJECT: {project}
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
    reports:
      junit: synterm-junit.xml
"""

_ENDPOINTS = """\
    - mkdir -p .synterm-settings && export SYNTERM_CONFIG_DIR="$CI_PROJECT_DIR/.synterm-settings"
    - {line}
"""

_RUN = 'synterm run "$PROJECT" --junit synterm-junit.xml --json synterm.json'


def gitlab_pipeline(plan: CiPlan) -> str:
    """The text of ``.gitlab-ci.yml``, or of a file that it includes."""
    return _HEAD.format(
        version=__version__,
        project=json.dumps(plan.project, ensure_ascii=False),
        keys="".join(f"  # {name}: a masked variable in Settings, CI/CD, Variables\n" for name in plan.secrets),
        install=requirement(plan),
        endpoints=_endpoints(plan),
        script="".join(f"    - {line}\n" for line in _script(plan)),
    )


def _endpoints(plan: CiPlan) -> str:
    if not plan.endpoints:
        return ""
    command = f"printf '%s\\n' {settings_line(plan)} > .synterm-settings/settings.toml"
    return _ENDPOINTS.format(line=json.dumps(command))


def _script(plan: CiPlan) -> Iterator[str]:
    if plan.baseline is None:
        yield _RUN
        return
    yield json.dumps(f"baseline={shlex.quote(plan.baseline)}", ensure_ascii=False)
    yield 'if [ -z "$CI_MERGE_REQUEST_IID" ]; then baseline=""; fi'
    yield _RUN + ' ${baseline:+--baseline "$baseline"}'
