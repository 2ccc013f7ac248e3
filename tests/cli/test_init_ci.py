"""`synterm init-ci`: the workflow files it writes, and where."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject

PLACE = Path(".github/workflows/synterm.yml")


@pytest.fixture
def repository(tmp_path: Path, make_project: MakeProject) -> Path:
    """A git repository with a project file ``small.db``."""
    subprocess.run(["git", "init", "-q", "-b", "trunk", str(tmp_path)], check=True)
    make_project()
    return tmp_path


def read(place: Path) -> Any:
    """A workflow; ``on`` is a word in YAML 1.2, and true in 1.1."""
    workflow = yaml.safe_load(place.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in workflow.items()}


def steps(workflow: Any) -> dict[str, Any]:
    return {step.get("name", step.get("uses")): step for step in workflow["jobs"]["evaluate"]["steps"]}


def pin_baseline(path: Path, name: str) -> None:
    """Pin the newest run, as ``synterm baseline PROJECT set`` does."""
    with Project.open(path) as project:
        project.baselines.set(name, project.runs.all()[-1].id, who="kim").result()


def test_the_workflow_evaluates_the_project(synterm: Synterm, repository: Path):
    done = synterm("init-ci", repository / "small.db")
    assert done.code == 0
    assert "evaluates small.db on trunk and on every pull request" in done.err
    workflow = read(repository / PLACE)
    assert workflow["on"]["push"] == {"branches": ["trunk"], "paths": ["small.db", str(PLACE)]}
    assert workflow["on"]["pull_request"] == {"paths": ["small.db", str(PLACE)]}
    assert workflow["on"]["workflow_dispatch"]["inputs"]["split"]["options"] == ["dev", "holdout", "all"]
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    job = workflow["jobs"]["evaluate"]
    assert job["env"] == {"PROJECT": "small.db", "SPLIT": "${{ inputs.split || 'dev' }}"}
    assert "if" not in job
    assert steps(workflow)["Install synterm"]["run"] == "pip install synterm==0.1.0"
    evaluate = steps(workflow)["Evaluate"]
    assert evaluate["run"] == (
        'synterm run "$PROJECT" --split "$SPLIT" --github --junit synterm-junit.xml --json synterm.json '
        "--html synterm.html --comment synterm-comment.md"
    )
    assert "env" not in evaluate


def test_what_it_runs_is_a_command_that_works(synterm: Synterm, repository: Path, monkeypatch: pytest.MonkeyPatch):
    synterm("init-ci", repository / "small.db")
    words = steps(read(repository / PLACE))["Evaluate"]["run"]
    words = words.replace('"$PROJECT"', "small.db").replace('"$SPLIT"', "dev").split()
    monkeypatch.chdir(repository)
    assert synterm(*words[1:]).code == 0
    written = {"synterm-junit.xml", "synterm.json", "synterm.html", "synterm-comment.md"}
    assert written <= {each.name for each in repository.iterdir()}


def test_a_run_that_costs_something_has_a_cap(synterm: Synterm, repository: Path):
    path = repository / "small.db"
    synterm("add", path, "model", "far", "--model", "openai/gpt-4o-mini")
    for words in (["init-ci", path], ["init-ci", "--gitlab", path]):
        assert "no cap" not in synterm(*words, "-o", "-").err
        text = synterm(*words, "-o", "-").out
        assert ' ${MAX_COST:+--max-cost "$MAX_COST"}' in text
        assert 'MAX_COST: "5"' in text
    synterm("add", path, "model", "odd", "--model", "openai/nobody-knows-its-price")
    done = synterm("init-ci", path)
    assert "no cap on what a run spends" in done.err
    assert read(repository / PLACE)["jobs"]["evaluate"]["env"]["MAX_COST"] == ""


def test_a_project_that_asks_the_app_of_the_repository_runs_on_every_change(synterm: Synterm, repository: Path):
    path = repository / "small.db"
    synterm("add", path, "model", "app", "--model", "openai/app", "--api-base", "http://127.0.0.1:8000/v1")
    synterm("init-ci", path)
    assert read(repository / PLACE)["on"]["pull_request"] is None
    assert "changes:" not in synterm("init-ci", "--gitlab", path, "-o", "-").out


def test_every_action_is_pinned_by_its_major_version_and_every_later_step_runs_after_a_failure(
    synterm: Synterm, repository: Path
):
    synterm("init-ci", repository / "small.db")
    found = steps(read(repository / PLACE))
    used = [step["uses"] for step in found.values() if "uses" in step]
    assert all(name.startswith("actions/") and name.rpartition("@v")[2].isdigit() for name in used)
    later = [*found][[*found].index("Evaluate") + 1 :]
    assert later == ["Keep the answers", "Keep the reports", "Comment on the pull request"]
    assert all("!cancelled()" in found[name]["if"] for name in later)


def test_keys_are_named_and_their_values_are_nowhere(
    synterm: Synterm, repository: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ROUTER_KEY", "sk-canary-1234567890")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-1234567890")
    path = repository / "small.db"
    synterm("add", path, "model", "far", "--model", "openai/gpt-4o-mini", "--api-key-env", "ROUTER_KEY")
    synterm("add", path, "model", "plain", "--model", "openai/gpt-4o-mini")
    synterm("add", path, "model", "near", "--model", "embedded/default")
    done = synterm("init-ci", path)
    assert "give CI the keys (gh secret set NAME): ROUTER_KEY, OPENAI_API_KEY" in done.err
    workflow = read(repository / PLACE)
    assert steps(workflow)["Evaluate"]["env"] == {
        "ROUTER_KEY": "${{ secrets.ROUTER_KEY }}",
        "OPENAI_API_KEY": "${{ secrets.OPENAI_API_KEY }}",
    }
    assert "head.repo.full_name == github.repository" in workflow["jobs"]["evaluate"]["if"]
    assert steps(workflow)["Install synterm"]["run"] == "pip install 'synterm[local]==0.1.0'"
    assert "The embedded model, fetched once" in steps(workflow)
    assert "canary" not in (repository / PLACE).read_text() + done.err


def test_what_the_checks_need_is_installed(synterm: Synterm, repository: Path):
    path = repository / "small.db"
    checks = [{"type": "assert-set", "assert": [{"type": "not-is-sql"}, {"type": "similar", "threshold": 0.5}]}]
    synterm("edit", path, "scenario", "borderline", "--check", json.dumps(checks[0]))
    synterm("init-ci", path)
    assert "synterm[analysis,sql]==" in (repository / PLACE).read_text()


def test_a_pull_request_is_held_against_the_baseline_that_there_is(synterm: Synterm, repository: Path):
    path = repository / "small.db"
    synterm("run", path)
    assert "no baseline yet" in synterm("init-ci", path).err
    pin_baseline(path, "main")
    assert "no baseline yet" not in synterm("init-ci", path, "--force").err
    evaluate = steps(read(repository / PLACE))["Evaluate"]
    assert evaluate["env"] == {"BASELINE": "${{ github.event_name == 'pull_request' && 'main' || '' }}"}
    assert evaluate["run"].endswith(' ${BASELINE:+--baseline "$BASELINE"}')
    shown = {
        name: subprocess.run(
            ["bash", "-c", evaluate["run"].replace("synterm run", "printf '%s\\n'")],
            env={"BASELINE": name, "PROJECT": "small.db", "SPLIT": "dev"}, capture_output=True, text=True, check=True,
        ).stdout.splitlines()[-2:]
        for name in ("", "main of it")
    }  # fmt: skip
    assert shown == {"": ["--comment", "synterm-comment.md"], "main of it": ["--baseline", "main of it"]}


def test_endpoints_that_were_approved_are_approved_in_ci_and_others_are_named(
    synterm: Synterm, repository: Path, own_config: Path
):
    (own_config / "settings.toml").write_text('approved_endpoints = ["https://llm.example"]\n')
    path = repository / "small.db"
    synterm("add", path, "model", "ours", "--model", "openai/x", "--api-base", "https://llm.example/v1")
    synterm("add", path, "model", "other", "--model", "openai/x", "--api-base", "https://other.example/v1")
    done = synterm("init-ci", path)
    assert "left out: https://other.example, which you have not approved" in done.err
    [line] = [line for line in (repository / PLACE).read_text().splitlines() if "approved_endpoints" in line]
    assert line.strip().startswith("printf '%s\\n' 'approved_endpoints = [\"https://llm.example\"]' >")
    assert "other.example" not in (repository / PLACE).read_text()


def test_gitlab_gets_a_pipeline_with_a_junit_report(synterm: Synterm, repository: Path):
    path = repository / "small.db"
    synterm("run", path)
    pin_baseline(path, "main")
    synterm("add", path, "model", "far", "--model", "openai/gpt-4o-mini")
    assert synterm("init-ci", "--gitlab", path).code == 0
    text = (repository / ".gitlab-ci.yml").read_text()
    job = yaml.safe_load(text)["synterm"]
    assert job["artifacts"]["reports"] == {"junit": "synterm-junit.xml"}
    assert job["artifacts"]["when"] == job["cache"]["when"] == "always"
    assert job["variables"]["PROJECT"] == "small.db"
    assert "# OPENAI_API_KEY: a masked variable" in text
    lines = [*job["before_script"], *job["script"], *job["after_script"]]
    assert all(isinstance(line, str) for line in lines)
    checked = subprocess.run(["bash", "-n"], input="\n".join(lines), capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert job["script"][-1].endswith(' ${MAX_COST:+--max-cost "$MAX_COST"} ${baseline:+--baseline "$baseline"}')
    assert job["rules"][0]["changes"] == ["small.db", ".gitlab-ci.yml", ".gitlab/*.yml"]
    assert job["variables"]["SPLIT"] == "dev"
    assert "synterm.html" in job["artifacts"]["paths"]


def test_the_answers_of_a_gitlab_run_come_back_for_the_same_project_file(synterm: Synterm, repository: Path):
    synterm("init-ci", "--gitlab", repository / "small.db")
    job = yaml.safe_load((repository / ".gitlab-ci.yml").read_text())["synterm"]

    def run(*lines: str) -> None:
        environ = {"PROJECT": "small.db", "PATH": "/usr/bin:/bin"}
        subprocess.run(["bash", "-eu", "-c", "\n".join(lines)], cwd=repository, env=environ, check=True)

    commit = "git -c user.name=a -c user.email=a@b.c commit -qam x"
    run(f"git add small.db && {commit}")
    committed = (repository / "small.db").read_bytes()
    synterm("run", repository / "small.db")
    answered = (repository / "small.db").read_bytes()
    run(*job["after_script"])
    (repository / "small.db").write_bytes(committed)
    run(*job["before_script"][1:])
    assert (repository / "small.db").read_bytes() == answered
    run(commit, *job["before_script"][1:])
    assert (repository / "small.db").read_bytes() == answered


def test_a_file_that_is_there_is_not_written_over(synterm: Synterm, repository: Path):
    for words, place in ((["small.db"], PLACE), (["small.db", "--gitlab"], Path(".gitlab-ci.yml"))):
        (repository / place).parent.mkdir(parents=True, exist_ok=True)
        (repository / place).write_text("mine")
        done = synterm("init-ci", repository / words[0], *words[1:])
        assert done.code == 2
        assert "there is such a file already" in done.err
        assert "--force writes over it" in done.err
        assert (repository / place).read_text() == "mine"
        assert synterm("init-ci", repository / words[0], *words[1:], "--force").code == 0
        assert (repository / place).read_text() != "mine"


def test_nothing_is_written_outside_of_what_was_asked(synterm: Synterm, repository: Path, tmp_path_factory: Any):
    outside = tmp_path_factory.mktemp("outside")
    (repository / ".github").symlink_to(outside)
    done = synterm("init-ci", repository / "small.db")
    assert (done.code, list(outside.iterdir())) == (2, [])
    assert "leads out of the repository" in done.err
    (outside / "target.yml").write_text("theirs")
    (repository / "link.yml").symlink_to(outside / "target.yml")
    assert synterm("init-ci", repository / "small.db", "-o", repository / "link.yml", "--force").code == 2
    assert (outside / "target.yml").read_text() == "theirs"


def test_where_it_goes_may_be_said(synterm: Synterm, repository: Path):
    done = synterm("init-ci", repository / "small.db", "-o", "-")
    assert yaml.safe_load(done.out)["name"] == "synterm"
    assert synterm("init-ci", repository / "small.db", "-o", repository / "ci.yml").code == 0
    assert read(repository / "ci.yml")["name"] == "synterm"
    assert synterm("init-ci", repository / "small.db", "-o", repository / "no" / "ci.yml").code == 2
    assert not (repository / PLACE).exists()


def test_the_only_project_here_need_not_be_named(
    synterm: Synterm, repository: Path, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(repository)
    assert synterm("init-ci", "-o", "-").code == 0
    make_project(name="other.db")
    done = synterm("init-ci", "-o", "-")
    assert (done.code, "there are 2 .db files here" in done.err) == (2, True)


def test_outside_of_git_there_is_no_ci(synterm: Synterm, make_project: MakeProject):
    done = synterm("init-ci", make_project())
    assert (done.code, "it is in no git repository" in done.err) == (2, True)


@pytest.mark.parametrize("name", ["${{ secrets.X }}.db", "a'b.db", 'a"b.db', "a$b.db", "*.db", "a`b`.db", "-x.db"])
def test_a_path_that_would_mean_something_is_refused(
    synterm: Synterm, repository: Path, make_project: MakeProject, name: str
):
    done = synterm("init-ci", make_project(name=name))
    assert (done.code, "mean something to a shell or to CI" in done.err) == (2, True)


GITHUB = """
const calls = [];
const comments = JSON.parse(process.env.COMMENTS);
const github = {
  paginate: async () => comments,
  rest: { issues: {
    listComments: 0,
    updateComment: async given => calls.push(['update', given.comment_id, given.body]),
    createComment: async given => calls.push(['create', given.issue_number, given.body]),
  } },
};
const context = { repo: { owner: 'o', repo: 'r' }, issue: { number: 7 } };
(async () => { %s })().then(() => console.log(JSON.stringify(calls)));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="the comment's script is JavaScript")
def test_a_comment_is_made_once_and_kept_up_to_date(synterm: Synterm, repository: Path):
    synterm("init-ci", repository / "small.db")
    script = steps(read(repository / PLACE))["Comment on the pull request"]["with"]["script"]
    body = repository / "comment.md"
    synterm("run", repository / "small.db", "--comment", body)

    def post(comments: list[dict[str, Any]]) -> Any:
        environ = {"COMMENT_FILE": str(body), "COMMENTS": json.dumps(comments), "PATH": "/usr/bin:/bin:/usr/local/bin"}
        done = subprocess.run(
            ["node", "-e", GITHUB % script], env=environ, capture_output=True, text=True, check=True, timeout=60
        )
        return json.loads(done.stdout)

    marker = "<!-- synterm:small-db-ec517b11 -->\nolder"
    person = {"id": 1, "user": {"type": "User"}, "body": marker}
    other = {"id": 2, "user": {"type": "Bot"}, "body": "<!-- synterm:other -->"}
    ours = {"id": 3, "user": {"type": "Bot"}, "body": marker}
    assert post([person, other]) == [["create", 7, body.read_text()]]
    assert post([person, other, ours]) == [["update", 3, body.read_text()]]


def test_ci_trusts_what_its_user_trusts_and_nothing_else(
    synterm: Synterm, repository: Path, monkeypatch: pytest.MonkeyPatch
):
    path = repository / "small.db"
    for words in (["init-ci", path], ["init-ci", "--gitlab", path]):
        assert "TRUST" not in synterm(*words, "-o", "-").out, "it asks for nothing"
    synterm("add", path, "model", "far", "--model", "openai/gpt-4o-mini")
    digest = synterm("trust", path, "--json").json["digest"]
    synterm("init-ci", path)
    workflow = read(repository / PLACE)
    assert workflow["jobs"]["evaluate"]["env"]["SYNTERM_TRUST_MANIFEST"] == digest
    pipeline = yaml.safe_load(synterm("init-ci", "--gitlab", path, "-o", "-").out)
    assert pipeline["synterm"]["variables"]["SYNTERM_TRUST_MANIFEST"] == digest
    synterm("trust", path, "--revoke")
    done = synterm("init-ci", path, "--force")
    assert "which you do not trust it with" in done.err
    assert "TRUST" not in (repository / PLACE).read_text()
    # As on CI's machine, where nobody has trusted anything.
    run = ["run", path, "--model", "rules", "--limit", "1"]
    assert synterm(*run).code == 2
    monkeypatch.setenv("SYNTERM_TRUST_MANIFEST", digest)
    assert synterm(*run).code in (0, 1)
