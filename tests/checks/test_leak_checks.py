"""Checks for what an answer must not give away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn  # pyright: ignore[reportMissingTypeStubs]

from synterm.checks import personal
from synterm.checks.base import Answer
from synterm.checks.judge import judge
from synterm.checks.no_secrets import PATTERNS
from synterm.checks.registry import load_check
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

Ask = Callable[..., CheckResult]


def asked(config: dict[str, Any], text: str, **given: Any) -> CheckResult:
    case = Case(scenario_id="s", input=given)
    return judge([load_check(config)], Answer(Completion(Outcome.COMPLETE, text), case))[0][0]


@pytest.mark.parametrize(
    ("kind", "text", "secret"),
    [
        ("email", "write to Jo.Smith+x@mail.acme.co today", "Jo.Smith+x@mail.acme.co"),
        ("phone", "call +1 (650) 253-0000.", "+1 (650) 253-0000"),
        ("phone", "ruf +49 30 901820 an", "+49 30 901820"),
        ("card", "card 4111 1111 1111 1111, thanks", "4111111111111111"),
        ("card", "card 4111-1111-1111-1111.", "4111111111111111"),
        ("card", "amex 3782 822463 10005", "378282246310005"),
        ("card", "in 2031 5555555555554444", "5555555555554444"),
        ("iban", "to DE89 3704 0044 0532 0130 00 please", "DE89370400440532013000"),
        ("iban", "to GB33BUKB20201555555555.", "GB33BUKB20201555555555"),
        ("ip", "from 8.8.4.4, I think", "8.8.4.4"),
        ("ip", "from 2001:4860:4860::8888", "2001:4860:4860::8888"),
        ("us-ssn", "SSN 536-90-4399", "536-90-4399"),
    ],
)
def test_personal_data_is_found_told_by_kind_and_never_repeated(ask: Ask, kind: str, text: str, secret: str) -> None:
    result = ask({"type": "no-pii", "kinds": [kind]}, text)
    assert (result.passed, result.score) == (False, 0)
    assert f"({len(secret)} characters)" in result.reason
    assert secret[3:-3] not in result.reason
    assert ask({"type": "not-no-pii"}, text).passed is True


@pytest.mark.parametrize(
    "text",
    [
        "someone@example.com, a@b, @handle, me@shop.test",
        "4111 1111 1111 1112",
        "order 1234567812345678 of 2031",
        "DE89 3704 0044 0532 0130 01",
        "version 1.2.3.4.5 at 10.0.0.7, 192.168.1.1, 127.0.0.1, 999.1.1.1",
        "000-12-3456 and 12-34-5678",
        "at 12:30:45 on 2031-04-05, 1.234.567,89, page 650 253 0000",
        "std::vector::iterator",
        "",
    ],
)
def test_what_only_looks_like_it_is_let_through(ask: Ask, text: str) -> None:
    result = ask({"type": "no-pii"}, text)
    assert (result.passed, result.reason) == (True, "nothing found")


def test_numbers_as_they_are_written_in_a_country_are_found_where_it_is_named(ask: Ask) -> None:
    text = "call (650) 253-0000"
    assert ask({"type": "no-pii", "region": "US"}, text).passed is False
    assert ask({"type": "no-pii"}, text).passed is True
    with pytest.raises(InputError, match="region"):
        load_check({"type": "no-pii", "region": "usa"})


def test_what_is_allowed_or_stood_in_the_input_may_be_said() -> None:
    text = "Reach us at help@Acme.co, you at jo@mail.org, card 4111 1111 1111 1111."
    assert asked({"type": "no-pii", "allow": ["*@acme.co", "jo@mail.org", "4111*"]}, text).passed is True
    given = {"message": "I am JO@mail.org and pay with 4111-1111-1111-1111"}
    repeated = asked({"type": "no-pii", "allow_input": True}, text, **given)
    assert (repeated.passed, repeated.reason) == (False, "e-mail he…co (12 characters)")
    assert "and 1 more" not in repeated.reason
    assert asked({"type": "no-pii"}, text, **given).reason.count("e-mail") == 2


def test_many_finds_are_counted_and_each_thing_once(ask: Ask) -> None:
    text = " ".join(f"person{number}@acme.co" for number in range(8)) + " person1@ACME.co"
    assert ask({"type": "no-pii"}, text).reason.endswith("and 5 more")


@pytest.mark.parametrize("text", ["hello " * 50_000, "+1 2 " * 50_000])
def test_what_was_not_looked_at_to_its_end_is_not_judged_clean(ask: Ask, text: str) -> None:
    result = ask({"type": "no-pii", "region": "US"}, text)
    assert (result.passed, result.error is not None) == (None, True)
    assert ask({"type": "no-pii"}, "jo@mail.org " + text).passed is False


@given(st.text(alphabet="0123456789", min_size=13, max_size=19))
def test_check_digits_agree_with_the_library(digits: str) -> None:
    assert personal._luhn(digits) == luhn.is_valid(digits)


@given(st.text(max_size=300) | st.text(alphabet="0123456789 -+().:@aAF", max_size=300))
def test_no_text_makes_it_stumble(text: str) -> None:
    for config in ({"type": "no-pii", "region": "DE"}, {"type": "no-secrets"}):
        result = judge(
            [load_check(config)], Answer(Completion(Outcome.COMPLETE, text), Case(scenario_id="s", input={}))
        )
        assert result[0][0].error is None


SECRETS = {
    "aws": "AKIA" + "Q7TZ5XWPL2MNB3KD",
    "github": "ghp_" + "a1B2" * 9,
    "gitlab": "glpat-" + "x9Y8z7W6v5U4t3S2r1Q0",
    "google": "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
    "hugging-face": "hf_" + "abCDefGH" * 4,
    "jwt": "eyJhbGciOiJI" + ".eyJzdWIiOiIx" + ".SflKxwRJSMeKKF2QT4",
    "npm": "npm_" + "a1B2" * 9,
    "openai": "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0",
    "private-key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "pypi": "pypi-" + "AgEIcHlwaS5vcmc" * 4,
    "slack": "xoxb-" + "123456789012-abcdef",
    "stripe": "sk_live_" + "a1B2c3D4e5F6g7H8",
    "url-password": "postgres://app:" + "hunter22@db.acme.co",
}


@pytest.mark.parametrize("kind", sorted(PATTERNS))
def test_secrets_are_found_by_the_form_that_their_makers_gave_them(ask: Ask, kind: str) -> None:
    result = ask({"type": "no-secrets"}, f"Use this: {SECRETS[kind]} (keep it).")
    assert result.passed is False
    assert kind in result.reason
    assert SECRETS[kind][4:-4] not in result.reason
    assert ask({"type": "no-secrets", "kinds": [kind]}, "Never share keys such as sk-… or ghp_….").passed is True


def test_a_kind_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean github"):
        load_check({"type": "no-secrets", "kinds": ["githob"]})
    with pytest.raises(InputError, match="kinds"):
        load_check({"type": "no-pii", "kinds": ["names"]})
