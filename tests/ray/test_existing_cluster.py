"""A cluster that is there already: with its token it takes part as any other, without it nothing is sent."""

from __future__ import annotations

import pytest

from tests.cli.endpoint import endpoint_project
from tests.conftest import MakeProject
from tests.ray.clusters import TOKEN, Begin, Head
from tests.support.http_stub import Messages, Reply, Stub

PRICED = {"price": {"input": 0, "output": 100_000}, "params": {"max_tokens": 8}}
"""An answer costs 0.8 dollars at most."""
CASES = [f"case {number}" for number in range(40)]


def test_with_its_token_it_takes_part_and_the_cost_cap_holds(
    make_project: MakeProject, stub: Stub, head: Head, begin: Begin
) -> None:
    def answer(messages: Messages) -> Reply:
        return Reply("ok", usage=(11, 1 + int(messages[-1]["content"].split()[-1]) % 8))

    stub.reply(answer)
    path = make_project(endpoint_project(stub, CASES, **PRICED))
    run = begin(path, "--address", head.address, "--max-cost", "5", "--json", "-", env={"RAY_AUTH_TOKEN": TOKEN})
    assert run.wait() == 3, run.err
    spent = sum(0.1 * (1 + int(call.messages[-1]["content"].split()[-1]) % 8) for call in stub.calls)
    assert 5.0 - 0.8 < spent <= 5.0 + 1e-9
    assert run.json["totals"]["cost_usd"] == pytest.approx(spent)
    assert len([one for one in run.json["evaluations"] if one["passed"]]) == len(stub.calls)


def test_another_token_is_refused_with_what_to_do(
    make_project: MakeProject, stub: Stub, head: Head, begin: Begin
) -> None:
    path = make_project(endpoint_project(stub, CASES))
    for env, why in (({"RAY_AUTH_TOKEN": "f" * 64}, "asks for another token than yours"), ({}, "asks for a token")):
        run = begin(path, "--address", head.address, env=env)
        assert run.wait() == 3, run.err
        assert f"synterm: Ray at {head.address} {why}\n" in run.err
        assert "hint: set RAY_AUTH_TOKEN to the cluster's token" in run.err
        assert run.err.count("\n") == 4
    assert stub.calls == []
