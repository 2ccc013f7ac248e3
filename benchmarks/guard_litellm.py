"""What the guard adds to a request through a real LiteLLM proxy: inside of it, and beside it over HTTP.

Needs the environment ``.venv-proxy`` (README, "tests with a proxy"). The ways take turns request by request, on one
connection that stays open, so that what else the machine does meets all of them alike: compare the ratios.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from support.server import Server

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.proxy.processes import KEY, TOKEN, Proxy, Serving, synterm

COUNT = 1000
WARM = 50
CHECKS = [
    {"type": "not-icontains", "value": "as an AI"},
    {"type": "word-count", "value": {"max": 60}},
    {"type": "not-contains-json"},
]
_INSIDE = {"guardrail": "synterm.production.litellm_guardrail.SyntermGuardrail", "project": "p.db", "budget_ms": 1000}
_BESIDE = {"guardrail": "generic_guardrail_api", "api_base": "os.environ/SYNTERM_GUARD_URL", "api_key": TOKEN}
WAYS: dict[str, list[str]] = {"no guard": [], "guard inside": ["inside"], "guard beside": ["beside"]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help="requests each way (%(default)s)")
    parser.add_argument("--delay-ms", type=float, default=0.0, help="what the model takes for an answer (%(default)g)")
    args = parser.parse_args()
    with Server() as server, tempfile.TemporaryDirectory() as place:
        server.reset(delay_ms=args.delay_ms)
        home = Path(place)
        make_project(home)
        guard = Serving(home, "p.db", "--budget-ms", "1000")
        proxy = Proxy(home, "config.yaml", json.dumps(config(server.url)), {"SYNTERM_GUARD_URL": guard.url})
        try:
            took = measure(proxy.url, args.count)
        finally:
            proxy.stop()
            guard.stop()
    print(table(took))


def make_project(home: Path) -> None:
    """A project with one behavior, judged by three checks."""
    case = {"input": {"message": "hello"}}
    behavior = {"behavior": "Short", "checks": CHECKS, "scenarios": [{"scenario": "plain", "cases": [case]}]}
    tree = [{"feature": "Answers", "behaviors": [behavior]}]
    (home / "p.json").write_text(json.dumps({"synterm": 1, "name": "p", "tree": tree}), encoding="utf-8")
    synterm(home, "new", "p.db", "--from", "p.json")


def config(endpoint: str) -> dict[str, Any]:
    """The proxy's: a model, and a guardrail for each way."""
    model = {"model": "openai/stub", "api_base": endpoint, "api_key": "none"}
    guardrails = [("inside", _INSIDE), ("beside", _BESIDE)]
    return {
        "model_list": [{"model_name": "router", "litellm_params": model}],
        "guardrails": [
            {"guardrail_name": name, "litellm_params": {"mode": "post_call", **parameters}}
            for name, parameters in guardrails
        ],
    }


def measure(url: str, count: int) -> dict[str, list[float]]:
    """How long each request took each way, in milliseconds."""
    took: dict[str, list[float]] = {way: [] for way in WAYS}
    order = list(WAYS)
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"}, timeout=60) as client:
        for number in range(WARM + count):
            random.shuffle(order)
            for way in order:
                ms = timed(lambda way=way, number=number: ask(client, f"hello {number}", WAYS[way]))
                if number >= WARM:
                    took[way].append(ms)
    return took


def ask(client: httpx.Client, text: str, guardrails: list[str]) -> None:
    """One request, which must be answered."""
    body = {"model": "router", "messages": [{"role": "user", "content": text}], "guardrails": guardrails}
    answer = client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text


def timed(work: Callable[[], object]) -> float:
    """How long it took, in milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def table(took: dict[str, list[float]]) -> str:
    """Median and 95th percentile of each way, and what it adds to a request without a guard."""
    plain = took["no guard"]
    rows = ["| way | median | 95 % | added, median | over no guard |", "| --- | ---: | ---: | ---: | ---: |"]
    for way, each in took.items():
        added = statistics.median(guarded - bare for guarded, bare in zip(each, plain, strict=True))
        ratio = statistics.median(each) / statistics.median(plain)
        late = statistics.quantiles(each, n=20)[-1]
        cells = (f"{statistics.median(each):.2f} ms", f"{late:.2f} ms", f"{added:+.2f} ms", f"{ratio:.3f} ×")
        rows.append(f"| {way} | {' | '.join(cells)} |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
