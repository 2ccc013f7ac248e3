"""A cluster that is there already: with its token it takes part as any other, without it nothing is sent."""

from __future__ import annotations

import shutil

from tests.cli.endpoint import endpoint_project
from tests.conftest import MakeProject
from tests.ray.clusters import TOKEN, Begin, Head, local_run
from tests.support.http_stub import Messages, Reply, Stub

PRICED = {"price": {"input": 0, "output": 100_000}, "params": {"max_tokens": 8}}
"""An answer costs 0.8 dollars at most."""
CASES = [f"case {number}" for number in range(40)]


def said(evaluations: list[dict[str, object]]) -> list[tuple[object, ...]]:
    """What they come to."""
    return sorted((one["case_id"], one["outcome"], one["passed"]) for one in evaluations)


def test_its_workers_give_what_this_process_gives(
    make_project: MakeProject, stub: Stub, head: Head, begin: Begin
) -> None:
    stub.reply(lambda messages: f"ok {messages[-1]['content']}" if messages[-1]["content"][-1] in "02468" else "no")
    path = make_project(endpoint_project(stub, CASES))
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    run = begin(path, "--address", head.address, "--json", "-", env={"RAY_AUTH_TOKEN": TOKEN})
    assert run.wait() in (0, 1), run.err
    assert said(run.json["evaluations"]) == said(local_run(copy)["evaluations"])
    assert len(stub.calls) == 80


def test_the_cost_cap_holds(make_project: MakeProject, stub: Stub, head: Head, begin: Begin) -> None:
    def answer(messages: Messages) -> Reply:
        return Reply("ok", usage=(11, 1 + int(messages[-1]["content"].split()[-1]) % 8))

    stub.reply(answer)
    path = make_project(endpoint_project(stub, CASES, **PRICED))
    run = begin(path, "--address", head.address, "--max-cost", "5", env={"RAY_AUTH_TOKEN": TOKEN})
    assert run.wait() == 3, run.err
    spent = sum(0.1 * (1 + int(call.messages[-1]["content"].split()[-1]) % 8) for call in stub.calls)
    assert 5.0 - 0.8 < spent <= 5.0 + 1e-9


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
