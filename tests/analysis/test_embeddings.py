"""Embeddings that are made here: offline, bounded, and the same from wherever they are asked."""

from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.analysis import embeddings
from synterm.analysis.embeddings import MAX_CHARACTERS, WordLlamaEmbedder, embedder, nearness


def test_what_means_the_same_lies_nearer_than_what_does_not() -> None:
    one, same, other = embedder().embed(["Please call me back tomorrow", "Call me tomorrow, please", "The cat sleeps"])
    assert nearness(one, np.stack([same]))[0] > nearness(one, np.stack([other]))[0] + 0.2


@given(st.lists(st.text(max_size=60), max_size=8))
def test_every_text_has_a_row_of_length_one_or_zero_whatever_it_is_asked_with(texts: list[str]) -> None:
    rows = embedder().embed(texts)
    assert len(rows) == len(texts)
    lengths = np.linalg.norm(rows, axis=1) if texts else np.array([])
    assert all(abs(length - 1) < 1e-4 or length == 0 for length in lengths)
    for text, row in zip(texts, rows, strict=True):
        assert np.allclose(WordLlamaEmbedder.embed(embedder(), [text])[0], row, atol=1e-5)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("blank", ["", "   ", "\n\t"])
def test_a_blank_text_is_near_nothing(blank: str) -> None:
    rows = embedder().embed([blank, "hello", "\ud800"])
    assert not rows[0].any()
    assert nearness(rows[0], rows[1:2])[0] == 0


def test_a_text_counts_with_its_beginning_so_that_a_long_one_takes_no_memory() -> None:
    beginning = "meet me at noon " * (MAX_CHARACTERS // 16 + 1)
    rows = embedder().embed([beginning + "x" * 1_000_000, beginning[:MAX_CHARACTERS]])
    assert np.array_equal(rows[0], rows[1])


def test_it_remembers_so_many_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "_KEPT", 3)
    fresh = WordLlamaEmbedder()
    fresh.embed(["a cat", "a dog", "a bird"])
    fresh.embed(["a cat", "a fish"])
    assert len(fresh._known) == 3
    rows = fresh.embed([f"number {count}" for count in range(10)])
    assert (len(rows), len(fresh._known)) == (10, 3)


def test_threads_get_the_same() -> None:
    fresh, found = WordLlamaEmbedder(), list[object]()
    texts = [f"sentence {number}" for number in range(50)]
    threads = [threading.Thread(target=lambda: found.append(fresh.embed(texts).tolist())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(one == found[0] for one in found)


def test_nothing_goes_over_the_network() -> None:
    code = (
        "import socket\n"
        "def refuse(*_args, **_named): raise OSError('the network was asked')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse\n"
        "from synterm.analysis.embeddings import embedder\n"
        "from synterm.analysis.languages import language_of\n"
        "from synterm.analysis.sentiment import sentiment\n"
        "print(len(embedder().embed(['hello'])[0]), language_of('Guten Morgen, wie geht es Ihnen?').code, "
        "sentiment('great') > 0.5)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "256 de True"), done.stderr
