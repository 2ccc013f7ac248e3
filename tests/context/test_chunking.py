"""Documents are cut so that nothing is lost, and nothing that belongs together is torn apart."""

from __future__ import annotations

from itertools import pairwise

import regex
from hypothesis import example, given
from hypothesis import strategies as st

from synterm.context.chunking import Span, chunk_spans

FAMILY = "👩\u200d👩\u200d👧"
PIECES = (
    *("word ", "a", "\n", "\n\n", "  ", ".", "e\u0301", "\r\n", "\u200d", "\u0301"),
    *(FAMILY, "🇩🇪", "👍🏽", "한", "ก็", "語"),
)
texts = st.lists(st.sampled_from(PIECES), max_size=250).map("".join)
sizes = st.integers(20, 80)


def boundaries(text: str) -> set[int]:
    return {0, *(found.end() for found in regex.finditer(r"\X", text))}


@given(texts, sizes, st.floats(0, 0.5))
@example("🇩🇪" * 60, 21, 0.5)
@example("\r\n" * 50, 21, 0.3)
def test_chunks_cover_all_of_a_text_and_overlap_as_told(text: str, size: int, share: float) -> None:
    overlap = int(size * share)
    spans = list(chunk_spans(text, size, overlap))
    assert [span.start for span in spans[:1]] == ([0] if text else [])
    assert [span.end for span in spans[-1:]] == ([len(text)] if text else [])
    assert all(0 < span.end - span.start <= size for span in spans)
    for before, after in pairwise(spans):
        assert before.start < after.start <= before.end < after.end
        assert before.end - after.start <= overlap


@given(texts, sizes, st.floats(0, 0.5))
@example("🇩🇪" * 60, 21, 0.5)
@example(FAMILY * 40, 22, 0.5)
def test_no_chunk_ends_within_what_people_see_as_one_character(text: str, size: int, share: float) -> None:
    clusters = boundaries(text)
    whole = max((len(found.group()) for found in regex.finditer(r"\X", text)), default=0)
    if whole * 2 > size:
        return  # a cluster that no chunk has room for
    for span in chunk_spans(text, size, int(size * share)):
        assert span.start in clusters and span.end in clusters


def test_a_cluster_longer_than_a_chunk_is_cut_so_that_chunks_stay_small() -> None:
    text = "a" + "\u0301" * 1000
    spans = list(chunk_spans(text, 100, 50))
    assert max(span.end - span.start for span in spans) == 100 and spans[-1].end == len(text)


def test_chunks_end_with_paragraphs_lines_and_words() -> None:
    paragraphs = "First part of it.\n\nSecond part, which is a little longer.\n\nThird."
    assert [paragraphs[start:end] for start, end in chunk_spans(paragraphs, 30, 0)] == [
        "First part of it.\n\n",
        "Second part, which is a ",
        "little longer.\n\nThird.",
    ]
    words = "one two three four five six seven eight nine ten"
    assert [words[start:end] for start, end in chunk_spans(words, 20, 10)] == [
        "one two three four ",
        "four five six seven ",
        "six seven eight ",
        "eight nine ten",
    ]


def test_a_text_without_any_place_to_end_is_cut_all_the_same() -> None:
    assert list(chunk_spans("x" * 50, 20, 5)) == [Span(0, 20), Span(15, 35), Span(30, 50)]
    assert list(chunk_spans("", 20, 5)) == []


def test_a_megabyte_in_one_line_is_cut_in_no_time() -> None:
    for text in ("x" * 1_000_000, " " * 1_000_000, "語" * 1_000_000):
        spans = list(chunk_spans(text, 800, 100))
        assert spans[-1].end == len(text) and len(spans) < 2_000
