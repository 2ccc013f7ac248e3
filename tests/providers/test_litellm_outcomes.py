from __future__ import annotations

import time
from email.utils import formatdate

import httpx
import pytest

from synterm.core.completion import Outcome
from synterm.providers.http_guard import Exchange
from synterm.providers.litellm_outcomes import outcome_of, retry_after, streamed_refusal


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("", 0.0), ("soon", 0.0), ("-3", 0.0), ("1e9", 0.0), ("nan", 0.0), ("9" * 30, 0.0)],
)
def test_retry_after_in_seconds_or_nonsense(header: str, seconds: float):
    assert retry_after(httpx.Headers({"Retry-After": header})) == seconds


def test_retry_after_as_a_date_is_measured_by_the_servers_clock():
    then = time.time() - 90_000
    headers = httpx.Headers({"Date": formatdate(then, usegmt=True), "Retry-After": formatdate(then + 30, usegmt=True)})
    assert retry_after(headers) == 30.0


def test_a_date_that_has_passed_asks_for_no_wait():
    assert retry_after(httpx.Headers({"Retry-After": formatdate(0, usegmt=True)})) == 0.0


def exchange(status: int, body: bytes = b"", **headers: str) -> Exchange:
    done = Exchange(sent_to="https://x.example", status=status, headers=httpx.Headers(headers))
    done.body += body
    return done


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"message": "no such model"}}', "no such model"),
        (b'{"error": "plain"}', "plain"),
        (b'{"detail": "not here"}', "not here"),
        (b'{"message": "top"}', "top"),
        (b'[{"error": {"message": "listed"}}]', "listed"),
        (b'{"error": {"message": "a\\u001b[31m\\nb"}}', "a␛[31m b"),
        (b"<html>oops</html>", "what litellm says"),
        (b'{"error": {"message": 7}}', "what litellm says"),
        (b"[]", "what litellm says"),
        (b"", "what litellm says"),
    ],
)
def test_the_providers_own_words_are_shown_cleaned(body: bytes, words: str):
    error = ValueError(
        "litellm.BadRequestError: OpenAIException - what litellm says\nTraceback (most recent call last): …"
    )
    found = outcome_of(error, exchange(400, body), None)
    assert found.outcome is Outcome.PROVIDER_ERROR
    assert found.error == f"https://x.example answered 400: {words}"
    assert found.retry_after_s is None


def test_long_words_are_cut():
    found = outcome_of(ValueError(), exchange(400, b'{"error": {"message": "' + b"x" * 9000 + b'"}}'), None)
    assert len(found.error or "") < 400


def test_no_credit_is_not_a_limit_that_passes():
    found = outcome_of(ValueError(), exchange(429, b'{"error": {"message": "m", "code": "insufficient_quota"}}'), None)
    assert found.outcome is Outcome.RATE_LIMITED
    assert found.retry_after_s is None
    assert "credit" in (found.hint or "")


def test_a_server_error_may_be_tried_again_when_it_says():
    found = outcome_of(ValueError(), exchange(503, b"", **{"Retry-After": "4"}), None)
    assert (found.outcome, found.retry_after_s) == (Outcome.PROVIDER_ERROR, 4.0)


def test_a_refused_key_names_its_variable():
    assert outcome_of(ValueError(), exchange(401), "STUB_KEY").hint == "check the key in STUB_KEY"


def test_a_refusal_is_read_from_a_streams_events():
    body = (
        b'data: {"choices":[{"delta":{"refusal":"I "}}]}\n\ndata: {"choices":[{"delta":{"refusal":"won\'t"}}]}\n\n'
        b'data: {"choices":[]}\n\ndata: [DONE]\n\n'
    )
    assert streamed_refusal(body) == "I won't"
    assert streamed_refusal(b'data: {"choices":[{"delta":{"content":"yes"}}]}\n\n') == ""
