"""Checks that look at what a text means, which language it is in, and how it sounds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from synterm.checks.base import Answer
from synterm.checks.judge import judge
from synterm.checks.registry import load_check
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

Ask = Callable[..., CheckResult]


def asked(config: dict[str, Any], text: str, **given: Any) -> CheckResult:
    """What a check finds in an answer to a case of this input."""
    case = Case(scenario_id="s", input=given)
    return judge([load_check(config)], Answer(Completion(Outcome.COMPLETE, text), case))[0][0]


class TestSimilar:
    """`similar`: the cosine of embeddings."""

    def test_a_paraphrase_passes_and_another_topic_fails(self, ask: Ask) -> None:
        config = {"type": "similar", "threshold": 0.7}
        same = ask(config, "Please call me back tomorrow.", "Call me tomorrow, please.")
        other = ask(config, "The cat sat on the mat.", "Call me tomorrow, please.")
        assert (same.passed, other.passed) == (True, False)
        assert same.score is not None and other.score is not None
        assert 0.7 <= same.score <= 1
        assert other.score < 0.4
        assert other.reason == f'{other.score:.2f} like "Call me tomorrow, please.", needs 0.7'

    def test_the_nearest_of_several_counts_and_the_threshold_is_promptfoo_s(self, ask: Ask) -> None:
        config = {"type": "similar", "value": ["Good morning to you, and welcome", "goodbye, see you"]}
        assert ask(config, "goodbye, see you").score == pytest.approx(1, abs=1e-5)
        assert ask({"type": "similar", "value": "goodbye"}, "buy bread").reason.endswith("needs 0.75")

    @pytest.mark.parametrize("expected", [None, {}, [], ["x", 3], [""], ""])
    def test_without_a_text_to_compare_with_it_does_not_judge(self, ask: Ask, expected: Any) -> None:
        result = ask({"type": "similar"}, "hello", expected)
        assert (result.passed, result.error) == (None, "the check has no value, and the case expects no text")

    @pytest.mark.parametrize("text", ["", "  ", "\ud800"])
    def test_what_holds_no_words_is_like_nothing(self, ask: Ask, text: str) -> None:
        assert ask({"type": "similar", "value": "hello"}, text).passed is False

    @pytest.mark.parametrize("fields", [{"threshold": 2}, {"value": []}, {"value": [""]}, {"value": {"a": 1}}])
    def test_what_it_cannot_compare_with_is_refused(self, fields: dict[str, Any]) -> None:
        with pytest.raises(InputError):
            load_check({"type": "similar", **fields})


class TestLanguage:
    """`language`."""

    @pytest.mark.parametrize(
        ("value", "text", "passed"),
        [
            ("en", "Your meeting is on Tuesday at ten.", True),
            ("en-GB", "Your meeting is on Tuesday at ten.", True),
            ("en", "Ihr Termin ist am Dienstag um zehn Uhr.", False),
            (["de", "fr"], "Votre rendez-vous est mardi à dix heures.", True),
            ("ja", "会議は火曜日の十時からです。よろしくお願いします。", True),
        ],
    )
    def test_the_answer_is_in_one_of_the_languages(self, ask: Ask, value: Any, text: str, passed: bool) -> None:
        assert ask({"type": "language", "value": value}, text).passed is passed

    def test_without_a_language_it_is_that_of_the_input_or_of_what_is_expected(self, ask: Ask) -> None:
        german = "Ihr Termin ist am Dienstag um zehn Uhr."
        assert asked({"type": "language"}, german, message="Wann ist mein Termin bei Ihnen?").passed is True
        assert asked({"type": "language"}, german, message="When is my appointment with you?").passed is False
        as_expected = {"type": "language", "same_as": "expected"}
        assert ask(as_expected, german, "Am Dienstag, aber erst am Nachmittag.").passed is True
        assert "expects nothing" in (ask(as_expected, german).error or "")

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("ok", "the answer is too short to tell its language: 2 letters"),
            ("12345 67890 12345", "too short"),
            ('{"route": "schedule", "confidence": 0.9}', "not sure which language the answer is in"),
        ],
    )
    def test_what_cannot_be_told_is_not_judged(self, ask: Ask, text: str, why: str) -> None:
        for kind in ("language", "not-language"):
            result = ask({"type": kind, "value": "en"}, text)
            assert result.passed is None
            assert why in (result.error or "")

    def test_an_unknown_language_is_named(self, ask: Ask) -> None:
        assert "the language 'xx' is not known" in (
            ask({"type": "language", "value": "xx"}, "Hello my friend").error or ""
        )
        with pytest.raises(InputError, match="value"):
            load_check({"type": "language", "value": "english"})


class TestSentiment:
    """`sentiment`."""

    def test_the_score_is_how_glad_it_sounds(self, ask: Ask) -> None:
        glad, angry = (ask({"type": "sentiment"}, text) for text in ("Wonderful, thank you!", "That is awful."))
        assert (glad.passed, angry.passed) == (True, False)
        assert glad.score is not None and angry.score is not None
        assert glad.score > 0.7 > 0.4 > angry.score

    def test_it_is_held_between_bounds(self, ask: Ask) -> None:
        assert ask({"type": "sentiment", "max": 0.6}, "Wonderful, thank you!").reason.endswith("needs at most 0.6")
        assert ask({"type": "sentiment", "max": 0.6}, "That is awful.").passed is True
        assert ask({"type": "sentiment", "min": 0.4, "max": 0.6}, "The table is brown.").passed is True
        with pytest.raises(InputError, match="nothing would pass"):
            load_check({"type": "sentiment", "min": 0.6, "max": 0.4})


def test_without_the_extra_each_says_what_to_install_and_others_judge_on() -> None:
    code = (
        "import sys\n"
        "for name in ('wordllama', 'py3langid', 'vaderSentiment', 'phonenumbers', 'stdnum'): sys.modules[name] = None\n"
        "from synterm.checks.judge import judge\n"
        "from synterm.checks.registry import load_check\n"
        "from synterm.checks.base import Answer\n"
        "from synterm.core.case import Case\n"
        "from synterm.core.completion import Completion, Outcome\n"
        "answer = Answer(Completion(Outcome.COMPLETE, 'hello there my friend'), Case(scenario_id='s', input={}))\n"
        "for config in ({'type': 'similar', 'value': 'x'}, {'type': 'language', 'value': 'en'},\n"
        "               {'type': 'sentiment'}, {'type': 'no-pii'},\n"
        "               {'type': 'no-pii', 'kinds': ['email', 'card', 'ip']}, {'type': 'no-secrets'}):\n"
        "    check = load_check(config); check.warm(); [found] = judge([check], answer)[0]\n"
        "    print(found.passed, found.error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    *lacking, kinds, secrets = done.stdout.splitlines()
    assert [line.split()[0] for line in lacking] == ["None"] * 4
    assert all("needs" in line and line.endswith("pip install 'synterm[analysis]'") for line in lacking)
    assert (kinds, secrets) == ("True None", "True None")


def test_making_these_checks_loads_none_of_their_libraries() -> None:
    code = (
        "import sys\n"
        "from synterm.checks.registry import load_check\n"
        "for kind in ('similar', 'language', 'sentiment', 'no-pii', 'no-secrets'): load_check({'type': kind})\n"
        "heavy = {'numpy', 'wordllama', 'py3langid', 'vaderSentiment', 'phonenumbers', 'stdnum'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
