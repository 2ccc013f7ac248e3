"""`synterm run --shard I/N`: which cases a share has, and what its gates and exit codes mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from synterm.core.ids import content_id
from synterm.core.share import share_of
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.cli.endpoint import asked, endpoint_project
from tests.conftest import MakeProject
from tests.support.http_stub import Reply, Stub

MESSAGES = [f"message {number}" for number in range(40)]


@pytest.fixture
def path(make_project: MakeProject, stub: Stub) -> Path:
    """A project with forty cases, whose model is the stub."""
    stub.reply(lambda messages: "ok")
    return make_project(endpoint_project(stub, MESSAGES))


def evaluated(report: dict[str, list[dict[str, dict[str, str]]]]) -> set[str]:
    return {one["input"]["message"] for one in report["evaluations"]}


def test_the_shares_are_all_cases_each_once(synterm: Synterm, path: Path) -> None:
    parts = [evaluated(synterm("run", path, "--shard", f"{number}/4", "--json", "-").json) for number in range(1, 5)]
    assert sum(map(len, parts)) == 40
    assert set().union(*parts) == set(MESSAGES)
    assert all(len(part) < 30 for part in parts)


def test_what_a_case_says_decides_and_nothing_else(synterm: Synterm, stub: Stub, make_project: MakeProject) -> None:
    stub.reply("ok")
    one = make_project(endpoint_project(stub, MESSAGES), "one.db")
    other = make_project(endpoint_project(stub, [*reversed(MESSAGES), "another"]), "other.db")
    first, second = (evaluated(synterm("run", path, "--shard", "2/3", "--json", "-").json) for path in (one, other))
    assert second - {"another"} == first


def test_the_first_cases_are_divided_where_there_is_a_limit(synterm: Synterm, path: Path) -> None:
    parts = [evaluated(synterm("run", path, "--limit", 10, "--shard", f"{n}/2", "--json", "-").json) for n in (1, 2)]
    assert (parts[0] | parts[1], parts[0] & parts[1]) == (set(MESSAGES[:10]), set())


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3), st.integers(1, 5000))
def test_every_content_is_in_one_share(given_input: dict[str, str], of: int) -> None:
    name = content_id("case", {"input": given_input, "expected": None})
    assert 1 <= share_of(name, of) <= of
    assert share_of(name, of) == int(name[:15], 16) % of + 1


def test_it_says_which_share_it_is(synterm: Synterm, path: Path) -> None:
    done = synterm("run", path, "--shard", "2/8", "--json", "-")
    Draft202012Validator(synterm("schema", "run").json).validate(done.json)
    count = done.json["totals"]["cases"]
    assert done.json["shard"] == {"index": 2, "of": 8, "cases": 40}
    assert done.err.count(f"shard 2 of 8: {count} of 40 cases") == 2
    with Project.open(path) as project:
        [run] = project.runs.all()
        assert run.config["shard"]["cases"] == 40


def test_a_dry_run_is_of_the_share(synterm: Synterm, path: Path, stub: Stub) -> None:
    done = synterm("run", path, "--shard", "2/8", "--dry-run")
    assert (done.code, stub.calls) == (0, [])
    assert done.err.startswith("shard 2 of 8: ")
    assert "40 requests" not in done.out


def test_a_share_without_cases_is_a_run_too(synterm: Synterm, stub: Stub, make_project: MakeProject) -> None:
    stub.reply("ok")
    path = make_project(endpoint_project(stub, ["only"]))
    done = [synterm("run", path, "--shard", f"{number}/3", "--min-pass-rate", 0.9) for number in (1, 2, 3)]
    assert [one.code for one in done] == [0, 0, 0]
    assert sum("1 of 1 case" in one.out for one in done) == 1
    assert synterm("run", path, "--shard", "1/3", "--tag", "none").code == 2


@pytest.mark.parametrize("wrong", ["0/2", "3/2", "2", "x/2", "1/99999", "1/2/3", "-1/2", "1/0", "²/3"])
def test_what_is_no_share_is_refused(synterm: Synterm, path: Path, stub: Stub, wrong: str) -> None:
    done = synterm("run", path, f"--shard={wrong}")
    assert (done.code, stub.calls) == (2, [])
    assert "--shard" in done.err


class TestGates:
    """A gate is the whole run's: a share fails where it can no longer hold."""

    def codes(self, synterm: Synterm, path: Path, rate: float) -> list[int]:
        return [
            synterm("run", path, "--shard", f"{number}/2", "--min-pass-rate", rate, "--quiet").code for number in (1, 2)
        ]

    def test_what_other_shares_decide_is_open_and_no_failure(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        stub.reply("no")
        done = synterm("run", path, "--shard", "1/2", "--min-pass-rate", 0.3)
        assert done.code == 0
        assert "1 not decided" in done.out
        assert "synterm merge -o ALL.db" in done.out

    def test_what_no_other_share_can_turn_fails(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        stub.reply("no")
        assert self.codes(synterm, path, 0.9) == [1, 1]

    def test_what_no_other_share_can_turn_holds(self, synterm: Synterm, path: Path) -> None:
        done = synterm("run", path, "--shard", "1/2", "--min-pass-rate", 0.2)
        assert (done.code, "1 hold" in done.out) == (0, True)

    def test_a_share_with_errors_is_incomplete(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        stub.reply(Reply(status=400))
        assert self.codes(synterm, path, 0.1) == [3, 3]


def test_a_share_that_was_cut_short_goes_on(synterm: Synterm, stub: Stub, make_project: MakeProject) -> None:
    stub.reply("ok")
    path = make_project(endpoint_project(stub, MESSAGES, price={"input": 0, "output": 100_000}))
    words = ("run", path, "--shard", "1/2", "--no-cache", "--quiet", "--max-cost")
    assert synterm(*words, 2).code == 3
    first = asked(stub)
    assert 0 < len(first) < 10
    assert synterm(*words, 100).code == 0
    with Project.open(path) as project:
        [cut, whole] = project.runs.all()
        assert cut.config["plan"] == whole.config["plan"]
        assert (cut.status, whole.status) == ("incomplete", "complete")
        assert sorted(asked(stub)) == sorted({*asked(stub)})
        assert len(stub.calls) == whole.totals["evaluations"]
