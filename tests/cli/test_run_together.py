"""Options of `synterm run` that meet: shards, batches, comparisons, dry runs, repeated judging."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Synterm
from tests.cli.endpoint import endpoint_project
from tests.cli.test_run_against import KIND, STERN, text
from tests.conftest import MakeProject
from tests.support.batch_stub import BatchStub, batch_stub
from tests.support.batching import KEY, MESSAGES
from tests.support.bound import bind
from tests.support.http_stub import Messages, Stub

__all__ = ["batch_stub"]


@pytest.fixture
def worse(make_project: MakeProject, synterm: Synterm) -> Path:
    """A project with a kind version 1, which is pinned as main, and a stern version 2, under which much fails."""
    path = make_project(text(KIND, STERN, plain=40), "manners.db")
    assert synterm("run", path, "--prompt", "greeter@v1", "--quiet").code == 0
    assert synterm("baseline", path, "set", "main").code == 0
    return path


@pytest.mark.parametrize("against", [["--baseline", "main"], ["--against", "@v1"]])
def test_a_shard_shows_what_changed_and_leaves_it_to_the_whole_whether_that_counts(
    synterm: Synterm, worse: Path, tmp_path: Path, against: list[str]
):
    junit, html, shards = tmp_path / "j.xml", tmp_path / "r.html", [tmp_path / f"{number}.db" for number in (1, 2)]
    for number, shard in enumerate(shards, 1):
        shard.write_bytes(worse.read_bytes())
        options = ["--shard", f"{number}/2", *against, "--fail-on", "gate,regression,insufficient,error"]
        told = synterm("run", shard, *options, "--json", "-", "--junit", junit, "--html", html, "--github")
        assert told.code == 0
        whole = told.json["comparison"]["comparisons"][0]["whole"]["passes"]
        assert (whole["verdict"], whole["fixed"]) == ("worse", 0)
        assert "whether anything got worse needs the other shards" in told.err
        assert "worse in this shard, the merged run decides" in junit.read_text() and "<failure" in junit.read_text()
        assert 'type="regression"' not in junit.read_text().split('name="regressions"')[1].split("</testsuite>")[0]
        assert "Regression" not in told.err
        assert "Worse than" not in html.read_text()
    assert synterm("merge", "-o", tmp_path / "all.db", *shards).code == 0
    done = synterm("run", tmp_path / "all.db", *against)
    assert done.code == 1
    assert f"{'84' if '@v1' in against else '42'} from the cache" in done.out
    assert "a regression was found in 1 behavior" in done.out


@pytest.mark.parametrize("report", ["json", "html", "junit", "comment"])
def test_a_dry_run_writes_no_report_and_says_so(synterm: Synterm, worse: Path, tmp_path: Path, report: str):
    target = tmp_path / "report"
    done = synterm("run", worse, "--against", "@v1", "--dry-run", f"--{report}", target)
    assert (done.code, done.out, target.exists()) == (2, "", False)
    assert f"--dry-run makes no run, so there is none for --{report}" in done.err


def test_the_first_cases_against_a_baseline_are_compared_with_theirs(synterm: Synterm, worse: Path):
    done = synterm("run", worse, "--limit", "3", "--baseline", "main", "--json", "-")
    [pair] = done.json["comparison"]["comparisons"]
    assert (pair["whole"]["passes"]["compared"], pair["whole"]["passes"]["verdict"]) == (3, "not enough evidence")
    assert pair["unpaired_counts"] == {"only before": 39}
    assert done.code == 0


def test_both_sides_of_a_comparison_go_in_batches_and_a_share_of_them_too(
    synterm: Synterm, make_project: MakeProject, batch_stub: BatchStub, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("STUB_KEY", KEY)
    bind("STUB_KEY")
    path = make_project(endpoint_project(batch_stub, MESSAGES, model="openai/gpt-4o-mini", api_key_env="STUB_KEY"))
    assert synterm("edit", path, "prompt", "ask", "--system", "Be brief.", "--note", "brief").code == 0
    foreseen = synterm("run", path, "--batch", "--against", "@v1", "--dry-run")
    assert "8 requests" in foreseen.out and "held against @v1" in foreseen.out
    part = synterm("run", path, "--batch", "--shard", "1/2", "--json", "-")
    share = part.json["totals"]["evaluations"]
    assert (part.code, part.json["shard"]["of"], 0 < share < 4) == (0, 2, True)
    done = synterm("run", path, "--batch", "--against", "@v1", "--json", "-")
    assert (done.code, done.json["totals"]["evaluations"], done.json["totals"]["cached"]) == (0, 8, share)
    assert [pair["whole"]["passes"]["compared"] for pair in done.json["comparison"]["comparisons"]] == [4]


def test_answers_that_are_judged_again_against_a_baseline(
    synterm: Synterm, make_project: MakeProject, stub: Stub, own_config: Path
):
    def reply(messages: Messages) -> str:
        judging = "You judge the answer" in messages[0]["content"]
        return json.dumps({"reason": "so", "score": 5}) if judging else "at your service"

    stub.reply(reply)
    form = json.loads(endpoint_project(stub, ["hello", "bye"]))
    form["models"].append({"name": "judge", "model": "openai/judge", "api_base": stub.url})
    form["tree"][0]["behaviors"][0]["scenarios"][0]["checks"] = [
        {"type": "llm-rubric", "value": "It is polite.", "model": "judge"}
    ]
    path = make_project(json.dumps(form))
    model = form["models"][0]["name"]
    assert synterm("run", path, "--model", model, "--quiet").code == 0
    assert synterm("baseline", path, "set", "main").code == 0
    done = synterm("run", path, "--model", model, "--rejudge", "3", "--baseline", "main", "--json", "-")
    [pair] = done.json["comparison"]["comparisons"]
    assert (done.code, pair["whole"]["passes"]["compared"], pair["whole"]["passes"]["broken"]) == (0, 2, 0)
