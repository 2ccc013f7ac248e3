from __future__ import annotations

import os
import subprocess
import sys

import orjson
import pytest

from synterm.core.completion import Completion, Outcome, Usage
from synterm.core.model import ModelSpec, Price
from synterm.core.prompt import Message
from synterm.core.request import JsonSchema, Request
from synterm.providers.prices import Known, Rate, cost_of, price_of, with_cost

MODELS = [
    "gpt-4o-mini",
    "openai/gpt-4o-mini",
    "openai/gpt-4o-2024-08-06",
    "openai/gpt-4.1-nano",
    "openai/gpt-5.4",
    "openai/ft:gpt-4o-mini-2024-07-18:us:mine:abc",
    "anthropic/claude-sonnet-4-5-20250929",
    "gemini/gemini-2.5-pro",
    "groq/openai/gpt-oss-20b",
    "together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo",
    "cerebras/llama3.1-8b",
    "sambanova/DeepSeek-V3.1",
    "mistral/mistral-small-latest",
    "sambanova/no-such",
]
TOKENS = [(1000, 100, 0), (1000, 100, 400), (300_000, 7, 0), (300_000, 7, 100_000), (1, 0, 0)]

BY_LITELLM = """
import sys
import orjson
from synterm.providers.litellm import load_litellm
litellm = load_litellm()
from litellm.types.utils import PromptTokensDetailsWrapper, Usage
found = []
for model, prompt, completion, cached in orjson.loads(sys.stdin.buffer.read()):
    usage = Usage(
        prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion,
        prompt_tokens_details=PromptTokensDetailsWrapper(cached_tokens=cached),
    )
    response = litellm.ModelResponse(model=model, usage=usage)
    try:
        found.append(litellm.completion_cost(completion_response=response, model=model))
    except Exception:
        found.append(None)
sys.stdout.buffer.write(orjson.dumps(found))
"""


def spec(model: str, api_base: str | None = None, price: Price | None = None) -> ModelSpec:
    return ModelSpec(name="m", model=model, api_base=api_base, price=price)


def request(text: str = "Hi", schema: JsonSchema | None = None, **params: object) -> Request:
    return Request(spec("openai/x"), (Message(role="user", content=text),), params, schema)


def test_costs_are_those_that_litellm_reckons():
    asked = [(model, *tokens) for model in MODELS for tokens in TOKENS]
    done = subprocess.run(
        [sys.executable, "-c", BY_LITELLM], input=orjson.dumps(asked), capture_output=True, check=True
    )
    prices = [price_of(spec(model)) for model, *_ in asked]
    ours = [price and price.cost(*tokens) for price, (_, *tokens) in zip(prices, asked, strict=True)]
    theirs = orjson.loads(done.stdout)
    assert {row[0]: one for row, one in zip(asked, theirs, strict=True) if one is None} == {"sambanova/no-such": None}
    assert ours == [one if one is None else pytest.approx(one, rel=1e-9) for one in theirs]


def test_the_price_list_is_read_without_litellm():
    code = (
        "import sys\nfrom synterm.core.model import ModelSpec\nfrom synterm.providers.prices import price_of\n"
        "price = price_of(ModelSpec(name='m', model='openai/gpt-4o-mini'))\n"
        "print(price.input_usd, price.output_usd, price.max_output_tokens, 'litellm' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1.5e-07 6e-07 16384 False\n"


def test_the_models_own_price_goes_first_and_keeps_the_known_length():
    price = price_of(spec("openai/gpt-4o-mini", price=Price(input=2, output=8)))
    assert price == Known((Rate(2e-6, 8e-6),), 16384)


@pytest.mark.parametrize(
    ("model", "api_base", "free"),
    [
        ("embedded/default", None, True),
        ("scripted/rules", None, True),
        ("openai/stub", "http://127.0.0.1:1/v1", True),
        ("hosted_vllm/stub", "http://localhost:1/v1", True),
        ("ollama_chat/unheard-of", None, True),
        ("llamafile/x", None, True),
        ("openai/gpt-4o-mini", "http://127.0.0.1:1/v1", False),
    ],
)
def test_what_runs_on_this_machine_is_free(model: str, api_base: str | None, free: bool):
    price = price_of(spec(model, api_base))
    assert price is not None
    assert price.free is free


@pytest.mark.parametrize(
    ("model", "api_base"),
    [("openai/stub", "https://x.example/v1"), ("litellm_proxy/x", "http://127.0.0.1:1"), ("anthropic/no-such", None)],
)
def test_a_price_that_nobody_names_is_unknown(model: str, api_base: str | None):
    assert price_of(spec(model, api_base)) is None


def test_a_model_of_another_family_lends_no_price():
    assert price_of(spec("groq/gpt-4o-mini")) is None


def test_an_ollama_elsewhere_is_not_on_this_machine(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(os.environ, "OLLAMA_API_BASE", "https://ollama.example")
    assert price_of(spec("ollama_chat/unheard-of")) is None


def test_a_long_prompt_costs_by_its_own_rate():
    price = Known((Rate(1.0, 2.0, 0.5), Rate(10.0, 20.0, above=100)))
    assert price.cost(100, 1) == 102
    assert price.cost(100, 1, 40) == 82
    assert price.cost(101, 1, 40) == 1030


def test_a_cost_is_unknown_without_counts_unless_it_is_free():
    price, free = Known((Rate(1.0, 2.0),)), Known((Rate(0.0, 0.0),))
    assert cost_of(price, Usage(3, 4)) == 11
    assert cost_of(price, Usage(3, None)) is None
    assert cost_of(None, Usage(3, 4)) is None
    assert cost_of(free, Usage()) == 0.0


def test_the_worst_cost_bounds_the_prompt_by_its_bytes_and_the_answer_by_what_is_asked_for():
    price = Known((Rate(1.0, 100.0),), 50)
    assert price.worst(request("ü")) == 18 + 5000
    assert price.worst(request("ü", max_tokens=3)) == 18 + 300
    assert price.worst(request("ü", max_tokens=3, max_completion_tokens=4)) == 18 + 400
    assert price.worst(request("", JsonSchema({"a": 1}))) == 16 + 7 + 5000


def test_the_worst_cost_takes_the_dearest_rate_that_the_prompt_can_reach():
    price = Known((Rate(1.0, 1.0), Rate(10.0, 10.0, above=20)), 1)
    assert price.worst(request("abc")) == 20
    assert price.worst(request("abcde")) == 220


def test_without_a_bound_on_the_answer_there_is_no_worst_cost_unless_it_is_free():
    assert Known((Rate(1.0, 1.0),)).worst(request()) is None
    assert Known((Rate(0.0, 0.0),)).worst(request()) == 0.0


@pytest.mark.parametrize(
    ("model", "by_litellm", "price", "cost"),
    [
        ("xai/grok-4.3", 0.25, None, 0.25),
        ("openrouter/no/such", 0.0, None, None),
        ("openrouter/no/such", None, None, None),
        ("xai/grok-4.3", 0.25, Price(input=10, output=10), 0.00007),
    ],
)
def test_litellms_cost_holds_unless_it_is_0_or_the_project_names_a_price(
    model: str, by_litellm: float | None, price: Price | None, cost: float | None
):
    answer = Completion(Outcome.COMPLETE, "ok", usage=Usage(3, 4), cost_usd=by_litellm)
    assert with_cost(answer, spec(model, price=price)).cost_usd == pytest.approx(cost)


def test_what_was_not_answered_has_no_cost():
    assert with_cost(Completion(Outcome.PROVIDER_ERROR), spec("ollama/x")).cost_usd is None
