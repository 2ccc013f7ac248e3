from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Completion, Outcome
from synterm.providers.keys import redacted, streamed_without, without_keys


def test_an_environment_without_keys_has_what_a_process_needs_and_nothing_unknown():
    environ = {
        "PATH": "/bin",
        "HTTPS_PROXY": "http://proxy",
        "LC_ALL": "C",
        "SYNTERM_DATA_DIR": "/d",
        "OPENAI_API_KEY": "k",
        "AWS_PROFILE": "p",
        "AZURE_AD_TOKEN": "t",
        "MY_OWN_NAME": "x",
        "PATHOLOGICAL": "x",
    }
    assert set(without_keys(environ)) == {"PATH", "HTTPS_PROXY", "LC_ALL", "SYNTERM_DATA_DIR"}


def test_the_key_of_a_call_is_taken_out_of_all_that_comes_back():
    said = "wrong key sk-12345678 given"
    answer = Completion(Outcome.PROVIDER_ERROR, said, raw=said.encode(), error=said, hint=said)
    clean = redacted(answer, "sk-12345678")
    expected = "wrong key [key] given"
    assert (clean.text, clean.raw, clean.error, clean.hint) == (expected, expected.encode(), expected, expected)


def test_other_credentials_of_the_user_are_taken_out_of_messages(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOME_SERVICE_TOKEN", "tok-abcdefgh")
    clean = redacted(Completion(Outcome.PROVIDER_ERROR, error="header tok-abcdefgh"), None)
    assert clean.error == "header [key]"


@given(st.lists(st.text("sk-1ab ", max_size=6), max_size=12), st.integers(0, 12))
def test_a_key_is_taken_out_of_a_stream_however_it_is_cut(pieces: list[str], at: int) -> None:
    key, shown = "sk-1a", list[str]()
    on_text = streamed_without(shown.append, key)
    assert on_text
    for piece in [*pieces[:at], "s", "k-1", "a", *pieces[at:]]:
        on_text(piece)
    assert key not in "".join(shown)
    whole = "".join([*pieces[:at], key, *pieces[at:]]).replace(key, "[key]")
    assert whole.startswith("".join(shown))
    assert len(whole) - len("".join(shown)) < len(key)
