"""Counting tokens without a network."""

from __future__ import annotations

import pytest

from synterm.core.model import ModelSpec
from synterm.tui.prompt import tokens
from synterm.tui.prompt.tokens import TokenCounter, Tokens, by_size, encoding_of
from tests.tui.conftest import MakeProject, OpenBench


def named(model: str, **more: str) -> ModelSpec:
    return ModelSpec(name="m", model=model, **more)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("model", "encoding", "exact"),
    [
        ("openai/gpt-4o-mini", "o200k_base", True),
        ("azure/gpt-4.1", "o200k_base", True),
        ("o3-mini", "o200k_base", True),
        ("openrouter/openai/gpt-5", "o200k_base", True),
        ("gpt-4-turbo", "cl100k_base", True),
        ("openai/gpt-3.5-turbo", "cl100k_base", True),
        ("anthropic/claude-3-5-sonnet", "o200k_base", False),
        ("embedded/default", "o200k_base", False),
    ],
)
def test_the_encoding_is_the_models_own_where_it_is_known(model: str, encoding: str, exact: bool) -> None:
    assert encoding_of(named(model)) == (encoding, exact)


def test_an_endpoint_of_ones_own_is_estimated() -> None:
    assert encoding_of(named("openai/gpt-4o", api_base="http://127.0.0.1:1/v1")) == ("o200k_base", False)


async def test_tokens_are_counted_with_special_words_as_text() -> None:
    counter = TokenCounter()
    try:
        counts = await counter.count(["hello world", "", "<|endoftext|>", "\ud800"], named("gpt-4o"))
        assert counts[:2] == [Tokens(2, exact=True), Tokens(0, exact=True)]
        assert counts[2].count > 1
        assert str(Tokens(1200, exact=False)) == "≈1,200"
    finally:
        await counter.close()


async def test_without_the_files_sizes_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "encoding_file", lambda name: None)  # pyright: ignore[reportUnknownLambdaType]
    counter = TokenCounter()
    assert await counter.count(["x" * 41], named("gpt-4o")) == [by_size("x" * 41)] == [Tokens(11, exact=False)]


async def test_a_process_that_ends_is_made_up_for_by_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens.sys, "executable", "/bin/false")
    counter = TokenCounter()
    assert await counter.count(["x" * 8], named("gpt-4o")) == [Tokens(2, exact=False)]
    await counter.close()


async def test_a_count_that_fails_is_told_of(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> list[Tokens]:
        raise RuntimeError("no\x1bcount")

    monkeypatch.setattr(TokenCounter, "count", fail)
    async with open_bench(make_project()) as bench:
        assert "RuntimeError: no␛count" in bench.text()
        assert bench.app.failure is None
