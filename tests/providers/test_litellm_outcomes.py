from __future__ import annotations

import httpx
import pytest

from synterm.core.completion import Outcome
from synterm.providers.http_guard import Exchange
from synterm.providers.litellm_outcomes import outcome_of, streamed_refusal


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
        (b"<html>oops</html>", "<html>oops</html>"),
        (b'{"error": {"message": 7}}', '{"error": {"message": 7}}'),
        (b"[]", "[]"),
        (b"", "it gave no reason"),
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
