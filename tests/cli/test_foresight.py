"""`synterm run --dry-run --executor …`: who would ask, how long it takes, what bounds it, what it comes to."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest

from synterm.core.model import ModelSpec
from synterm.evaluate.foresight import Bound, Hands, Kind, Load, Pace, Span, Way, Whole, foresee
from synterm.reports.foresight import print_foresight
from tests.cli.conftest import Synterm
from tests.cli.endpoint import endpoint_project
from tests.conftest import MakeProject
from tests.support.http_stub import Reply, Stub

MESSAGES = [f"message {number}" for number in range(60)]
WORKERS = ("--executor", "dask", "--workers", "4")
GONE = "tcp://127.0.0.1:9"


@pytest.fixture
def path(make_project: MakeProject, stub: Stub) -> Path:
    """Sixty cases, asked of a model that takes 50 ms and has a price."""
    stub.reply(lambda messages: Reply("ok", delay_s=0.05))
    return make_project(endpoint_project(stub, MESSAGES, price={"input": 1000, "output": 2000}))


class TestPlan:
    """What the command says of a run by workers."""

    def test_it_says_how_to_find_out_where_nothing_was_measured(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        done = synterm("run", path, "--dry-run", *WORKERS)
        assert (done.code, stub.calls) == (0, [])
        assert "workers: 4 of dask on this machine, about 15 requests each" in done.out
        assert "16 calls at a time each, 64 in all" in done.out
        assert f"time: unknown, as no answer of stub is recorded; synterm run {path} --limit 20 tells" in done.out
        assert "price: no recorded answer tells it; at most $" in done.out
        assert "taking an answer for 1 kB" in done.out

    def test_it_goes_by_what_answers_took(self, synterm: Synterm, path: Path) -> None:
        synterm("run", path, "--limit", "20")
        done = synterm("run", path, "--dry-run", *WORKERS, "--concurrency", "2")
        assert "about 10 requests each" in done.out
        assert "1 calls at a time each, 2 in all\n" in done.out
        assert "bound by calls at a time × latency: 2 × " in done.out
        low, high = (float(figure) for figure in re.findall(r"time: about ([\d.]+)–([\d.]+) s", done.out)[0])
        assert 1 <= low <= high
        # Each answer has 11 tokens of prompt and 3 of its own, so each of 40 costs 1.7 cents.
        assert "price: about $0.68, by 20 answers in the file; at most $" in done.out
        assert "answers in the file have" in done.out

    def test_more_at_a_time_takes_less(self, synterm: Synterm, path: Path) -> None:
        synterm("run", path, "--limit", "20")
        few, many = (synterm("run", path, "--dry-run", "--concurrency", count) for count in ("1", "20"))
        assert _most_seconds(few.out) > 5 * _most_seconds(many.out)

    def test_a_rate_limit_bounds_it_and_is_said_also_where_nothing_was_measured(
        self, synterm: Synterm, path: Path
    ) -> None:
        assert synterm("edit", path, "model", "stub", "--rpm", "2").code == 0
        done = synterm("run", path, "--dry-run", *WORKERS)
        assert "at least 30 min: the rate of stub (rpm 2): more workers make it no faster" in done.out

    def test_the_number_of_workers_is_the_clusters_where_nobody_says_it(
        self, synterm: Synterm, path: Path, stub: Stub
    ) -> None:
        done = synterm("run", path, "--dry-run", "--executor", "dask", "--address", GONE)
        assert (done.code, stub.calls) == (0, [])
        assert f"workers: as many as dask has at {GONE} when it runs; what follows is for one" in done.out

    def test_the_shares_of_a_run_are_planned_one_by_one(self, synterm: Synterm, path: Path) -> None:
        whole = synterm("run", path, "--dry-run", "--executor", "ray", "--workers", "1").out
        part = synterm("run", path, "--dry-run", "--executor", "ray", "--workers", "1", "--shard", "1/3").out
        assert "about 60 requests each" in whole
        assert "about 60 requests each" not in part

    def test_nothing_is_left_to_be_asked_once_all_is_in_the_file(self, synterm: Synterm, path: Path) -> None:
        synterm("run", path)
        done = synterm("run", path, "--dry-run", *WORKERS)
        assert "workers: 4 of dask on this machine\n" in done.out
        assert "price" not in done.out


class TestHere:
    """In this process nothing is added where nothing is known."""

    def test_nothing_is_guessed(self, synterm: Synterm, path: Path) -> None:
        done = synterm("run", path, "--dry-run")
        assert not re.search(r"^(time|workers|file|price):", done.out, re.M)

    def test_the_time_is_told_where_answers_were_timed(self, synterm: Synterm, path: Path) -> None:
        synterm("run", path, "--limit", "20")
        done = synterm("run", path, "--dry-run")
        assert re.search(r"^time: about \S+ \S+, by 20 answers in the file$", done.out, re.M)
        assert "workers:" not in done.out

    def test_another_endpoint_is_another_model(self, synterm: Synterm, path: Path) -> None:
        synterm("run", path, "--limit", "20")
        assert synterm("edit", path, "model", "stub", "--api-base", "http://127.0.0.1:9/v1").code == 0
        assert "time:" not in synterm("run", path, "--dry-run").out


def _most_seconds(out: str) -> float:
    [(figure, unit)] = re.findall(r"time: about \S*?([\d.]+) (ms|s|min),", out)
    return float(figure) * {"ms": 0.001, "s": 1, "min": 60}[unit]


MODEL = ModelSpec(name="m", model="openai/m")
HTTP = Way(Kind.DIRECT, "openai", 16, 1000)
SECOND = Pace(100, Span(1.0, 1.0), None, 500.0, 1000.0)


def bound(load: Load, hands: Hands) -> Bound | None:
    """What bounds it."""
    found = foresee([load], hands, Whole(load.requests, 0, 0)).longest
    return found.bound if found else None


class TestBounds:
    """What bounds large runs."""

    @pytest.mark.parametrize(
        ("load", "hands", "expected"),
        [
            (Load(MODEL, HTTP, 100_000, 0, SECOND), Hands(concurrency=10), Bound.CALLS),
            (Load(MODEL.model_copy(update={"tpm": 1000}), HTTP, 1000, 0, SECOND), Hands(), Bound.TPM),
            (Load(MODEL, HTTP, 10**7, 0, SECOND), Hands("dask", 32, concurrency=30_000), Bound.DRIVER),
            (Load(MODEL, Way(Kind.LITELLM, "x", 16, 64), 10**6, 0, SECOND), Hands(concurrency=10**4), Bound.LITELLM),
            (Load(MODEL, Way(Kind.EMBEDDED, "e", 2, 2), 10**6, 0, SECOND), Hands("ray", 128), Bound.EMBEDDED),
        ],
        ids=["calls", "tokens", "driver", "litellm", "embedded"],
    )
    def test_the_slowest_of_all(self, load: Load, hands: Hands, expected: Bound) -> None:
        assert bound(load, hands) is expected

    def test_workers_share_litellm_and_the_embedded_model_up_to_the_processors(self) -> None:
        load = Load(MODEL, Way(Kind.EMBEDDED, "e", 2, 2), 1000, 0, SECOND)
        alone, far, near = (
            foresee([load], hands, Whole(1000, 0, 0)).seconds
            for hands in (Hands(), Hands("dask", 10), Hands("dask", 10, cores=2))
        )
        assert (alone, far, near) == (Span(1000, 1000), Span(100, 100), Span(500, 1000))

    def test_a_run_that_one_process_bounds_is_divided(self) -> None:
        found = foresee(
            [Load(MODEL, HTTP, 10**7, 0, SECOND)], Hands("dask", 64, concurrency=64_000), Whole(10**7, 0, 0)
        )
        assert found.shares_by_driver > 1

    def test_a_large_file_is_divided(self) -> None:
        found = foresee([Load(MODEL, HTTP, 10**7, 0, SECOND)], Hands(), Whole(10**7, 0, 10**10))
        assert found.file_bytes == 10**7 * 1450
        assert found.shares_by_file == 4

    def test_a_run_of_ten_million_is_divided_for_its_memory(self) -> None:
        found = foresee([], Hands(), Whole(10**7, 10**7, 0))
        assert (found.memory_bytes, found.shares_by_memory) == (5 * 10**9, 3)

    def test_the_commands_of_the_shares_are_told(self) -> None:
        load = Load(MODEL.model_copy(update={"rpm": 5000}), HTTP, 10**7, 0, SECOND)
        stream = StringIO()
        print_foresight(foresee([load], Hands(), Whole(10**7, 0, 10**10)), [], "big.db", None, stream)
        out = stream.getvalue()
        assert "shares: the file would have about 24 GB, and one process would take about 5 GB of memory" in out
        assert "synterm run big-1.db --shard 1/4 " in out
        assert "synterm merge -o big-all.db big-1.db big-2.db big-3.db big-4.db\n" in out
        assert "each share counts rpm and tpm by itself: give each 1/4 of them" in out
        assert "time: about 1.4–7.2 days, by 100 answers in the file\n  bound by the rate of m (rpm 5,000)" in out
        assert "  at worst by calls at a time × latency: 16 to 1,000 × 1 s" in out

    def test_a_small_run_is_not(self) -> None:
        assert foresee([Load(MODEL, HTTP, 1000, 0, SECOND)], Hands(), Whole(1000, 0, 10**6)).shares == 1
