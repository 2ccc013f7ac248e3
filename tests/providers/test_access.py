from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.model import ModelSpec
from synterm.errors import ModelError
from synterm.providers.access import check_endpoint, is_loopback, origin


def spec(api_base: str | None, model: str = "openai/stub") -> ModelSpec:
    return ModelSpec(name="stub", model=model, api_base=api_base)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Host.Example/v1", "https://host.example"),
        ("https://host.example:443/v1", "https://host.example"),
        ("https://host.example:8443", "https://host.example:8443"),
        ("http://host:80/", "http://host"),
        ("http://[::1]:8000/v1", "http://[::1]:8000"),
        ("ftp://host/", None),
        ("https://", None),
        ("host.example/v1", None),
        ("https://good.example@evil.example/", None),
        ("https://good.example\\@evil.example/", None),
        ("https://good.example /", None),
        ("https://good.example/v1?x=https://evil.example", None),
        ("https://good.example/#x", None),
        ("https://gοοd.example/", None),
        ("https://good.example\n.evil.example/", None),
    ],
)
def test_an_origin_is_scheme_host_and_port_of_a_plain_url(url: str, expected: str | None):
    assert origin(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:8850/v1", True),
        ("http://127.0.0.1:8850/v1", True),
        ("https://127.8.9.1/", True),
        ("http://[::1]/v1", True),
        ("http://0.0.0.0/", False),
        ("http://192.168.1.2/", False),
        ("http://127.0.0.1.evil.example/", False),
        ("http://localhost.evil.example/", False),
        ("http://localhost@evil.example/", False),
        ("nonsense", False),
    ],
)
def test_loopback_is_this_machine_and_nothing_that_only_looks_like_it(url: str, expected: bool):
    assert is_loopback(url) is expected


def test_the_providers_own_endpoint_and_this_machine_need_no_approval():
    check_endpoint(spec(None), ())
    check_endpoint(spec("http://127.0.0.1:8850/v1"), ())


def test_an_endpoint_that_is_not_approved_is_refused_with_the_way_to_approve_it():
    with pytest.raises(
        ModelError, match=r"names the endpoint https://x\.example, which you have not approved"
    ) as caught:
        check_endpoint(spec("https://x.example/v1"), ["https://y.example"])
    assert 'add "https://x.example" to approved_endpoints' in (caught.value.hint or "")
    assert "settings.toml" in (caught.value.hint or "")


@pytest.mark.parametrize("approved", ["https://x.example", "https://X.example/", "https://x.example:443/v1"])
def test_an_approved_origin_is_let_through_however_it_is_written(approved: str):
    check_endpoint(spec("https://x.example/v1"), [approved])


@pytest.mark.parametrize(
    "url", ["https://x.example:8443/v1", "https://x.example.evil.example/", "https://evil.example/x.example"]
)
def test_approval_holds_for_that_origin_only(url: str):
    with pytest.raises(ModelError, match="not approved"):
        check_endpoint(spec(url), ["https://x.example"])


def test_what_is_not_encrypted_leaves_this_machine_under_no_approval():
    with pytest.raises(ModelError, match="not encrypted"):
        check_endpoint(spec("http://x.example/v1"), ["http://x.example", "https://x.example"])


@pytest.mark.parametrize("model", ["bedrock/anthropic.claude", "vertex_ai/gemini-pro", "sagemaker/x", "unheard_of/x"])
def test_models_that_find_credentials_on_the_machine_go_to_no_endpoint_of_a_project(model: str):
    with pytest.raises(ModelError, match="can't be sent"):
        check_endpoint(spec("http://127.0.0.1:1/v1", model), ())


@pytest.mark.parametrize(
    "model", ["huggingface/https://evil.example/x", "openai//evil.example", "openai/a b", "openai/\n"]
)
def test_a_model_string_that_holds_a_host_is_refused(model: str):
    with pytest.raises(ModelError, match="no model string"):
        check_endpoint(spec(None, model), ())


@given(st.text(max_size=40).map(lambda tail: f"https://x.example{tail}"))
def test_no_ending_makes_another_host_of_an_approved_one(url: str):
    found = origin(url)
    if found == "https://x.example":
        rest = url.removeprefix("https://x.example").removeprefix(":443")
        assert rest == "" or rest.startswith("/")
