from __future__ import annotations

from typing import Any

import pytest

from synterm.errors import ModelError
from synterm.providers.params import EmbeddedParams, EndpointParams, read_params


def test_defaults_make_answers_repeatable_and_short():
    params = read_params(EmbeddedParams, {}, "it")
    assert (params.temperature, params.max_tokens, params.seed) == (0.0, 256, 0)


def test_what_is_given_is_taken():
    params = read_params(EmbeddedParams, {"temperature": 1, "max_tokens": 8, "stop": ["\n"], "top_p": 0.5}, "it")
    assert (params.temperature, params.max_tokens, params.stop, params.top_p) == (1.0, 8, ["\n"], 0.5)


def test_an_unknown_parameter_is_named_with_those_that_are_known():
    with pytest.raises(ModelError, match="'temprature'") as caught:
        read_params(EmbeddedParams, {"temprature": 0}, "the embedded model")
    assert "did you mean temperature?" in (caught.value.hint or "")
    assert "max_tokens, seed, stop, temperature, top_p" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "wrong", [{"temperature": "hot"}, {"max_tokens": 0}, {"max_tokens": 1.5}, {"stop": 7}, {"seed": True}]
)
def test_a_wrong_value_names_its_parameter(wrong: dict[str, Any]):
    with pytest.raises(ModelError, match=repr(next(iter(wrong)))):
        read_params(EmbeddedParams, wrong, "it")


@pytest.mark.parametrize(
    "name",
    "api_base api_key base_url extra_headers headers extra_body fallbacks model_list callbacks success_callback proxy "
    "mock_response custom_llm_provider aws_access_key_id vertex_credentials azure_ad_token client ssl_verify messages "
    "model stream logger_fn".split(),
)
def test_a_project_cannot_pass_hosts_keys_or_code_as_parameters(name: str):
    with pytest.raises(ModelError):
        read_params(EndpointParams, {name: "x"}, "it")
