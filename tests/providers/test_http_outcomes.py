"""Waits and words that endpoints ask for."""

from __future__ import annotations

import time
from email.utils import formatdate

import orjson
import pytest

from synterm.core.completion import Outcome
from synterm.providers.http_outcomes import Answered, failure_of, retry_after, words_of


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("", 0.0), ("soon", 0.0), ("-3", 0.0), ("1e9", 0.0), ("nan", 0.0), ("9" * 30, 0.0)],
)
def test_retry_after_in_seconds_or_nonsense(header: str, seconds: float):
    assert retry_after({"retry-after": header}) == seconds


def test_retry_after_as_a_date_is_measured_by_the_servers_clock():
    then = time.time() - 90_000
    headers = {"date": formatdate(then, usegmt=True), "retry-after": formatdate(then + 30, usegmt=True)}
    assert retry_after(headers) == 30.0


def test_a_date_that_has_passed_asks_for_no_wait():
    assert retry_after({"retry-after": formatdate(0, usegmt=True)}) == 0.0


@pytest.mark.parametrize(("given", "seconds"), [("350", 0.35), ("0.5", 0.0005), ("soon", 2.0), ("", 2.0)])
def test_milliseconds_go_before_seconds_where_they_make_sense(given: str, seconds: float):
    assert retry_after({"retry-after-ms": given, "retry-after": "2"}) == seconds


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'data: {"choices": []}\n\ndata: {"error": {"message": "gone"}}\n\n', "gone"),
        (b': busy\ndata: {"error": "plain"}\n', "plain"),
        (b'{"error": null, "detail": "low"}', '{"error": null, "detail": "low"}'),
        (b'{"error": {"message": "a\\ud800b"}}', "a‹U+D800›b"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"[" * 100_000, "[" * 299 + "…"),
    ],
)
def test_words_are_found_in_whatever_came(body: bytes, words: str):
    assert words_of(body) == words


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(429, Outcome.RATE_LIMITED), (502, Outcome.PROVIDER_ERROR), ("429", Outcome.MALFORMED), (7, Outcome.MALFORMED)],
)
def test_a_status_that_a_gateway_puts_into_a_good_answer_counts(code: int | str, outcome: Outcome):
    body = orjson.dumps({"error": {"message": "m", "code": code}})
    assert failure_of(Answered("https://x.example", 200, body=body), None).outcome is outcome
