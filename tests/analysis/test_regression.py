"""Which class a thing belongs to, what would be said without some things, and how likely something is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from synterm.analysis.logistic import Logistic
from synterm.analysis.regression import RIDGE, Regression
from synterm.analysis.word_pairs import WordPairs


def things(seed: int, count: int, kinds: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dice = np.random.default_rng(seed)
    points = dice.normal(size=(count, 5))
    kernel = np.exp(-((points[:, None] - points[None]) ** 2).sum(axis=2))
    classes = np.concatenate([np.arange(kinds), dice.integers(0, kinds, count - kinds)])
    weights = dice.uniform(0.2, 3.0, count)
    return kernel, classes, weights / weights.mean()


@examples(max_examples=50)
@given(st.integers(0, 10_000), st.integers(4, 20), st.integers(1, 4), st.data())
def test_leaving_some_out_says_what_a_fit_without_them_would_say(
    seed: int, count: int, kinds: int, data: st.DataObject
) -> None:
    kernel, classes, weights = things(seed, count, kinds)
    block = np.array(sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=count - 1))))
    rest = np.setdiff1d(np.arange(count), block)
    system = kernel[np.ix_(rest, rest)] + np.diag(RIDGE / weights[rest])
    fitted = np.linalg.solve(system, np.eye(kinds)[classes[rest]])
    found = Regression(kernel, classes, weights).without(block)
    assert np.allclose(found, kernel[np.ix_(block, rest)] @ fitted, atol=1e-8)


def test_a_thing_belongs_to_the_class_of_those_it_is_like_and_a_strange_one_to_none() -> None:
    points = np.array([[0.0], [0.1], [3.0], [3.1]])
    kernel = np.exp(-((points - points.T) ** 2))
    coefficients = Regression(kernel, np.array([0, 0, 1, 1]), np.ones(4)).coefficients
    said = np.exp(-((np.array([[0.05], [3.05], [9.0]]) - points.T) ** 2)) @ coefficients
    assert said[0, 0] > 0.8 > 0.2 > said[0, 1] and said[1, 1] > 0.8 > 0.2 > said[1, 0]
    assert abs(said[2]).max() < 1e-6


@examples(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5), st.booleans(), st.floats(0.05, 3)), min_size=2, max_size=30)
)
def test_chances_are_chances_and_never_certain(rows: list[tuple[float, float, bool, float]]) -> None:
    figures = np.array([row[:2] for row in rows])
    found = Logistic(figures, np.array([float(row[2]) for row in rows]), np.array([row[3] for row in rows]))
    chances = found.chance(np.vstack([figures, [[100.0, -100.0]]]))
    assert np.isfinite(chances).all() and ((chances > 0) & (chances < 1)).all()


def test_chances_come_to_the_shares_that_were_seen() -> None:
    dice = np.random.default_rng(1)
    figures = dice.normal(size=(4000, 2))
    true = 1 / (1 + np.exp(-(1.5 * figures[:, 0] - 0.5)))
    found = Logistic(figures, (dice.random(4000) < true).astype(float), np.ones(4000))
    assert abs(found.chance(figures) - true).mean() < 0.02
    low, high = found.chance(np.array([[-1.0, 0.0], [1.0, 0.0]]))
    assert low < 0.2 < 0.7 < high


def test_where_all_were_so_the_chance_is_high_and_no_more() -> None:
    few = Logistic(np.zeros((3, 1)), np.ones(3), np.ones(3)).chance(np.zeros((1, 1)))[0]
    many = Logistic(np.zeros((300, 1)), np.ones(300), np.ones(300)).chance(np.zeros((1, 1)))[0]
    assert few == pytest.approx(4 / 5, abs=1e-3) and many == pytest.approx(301 / 302, abs=1e-3)


@examples(max_examples=60)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=8), st.lists(st.text(max_size=30), max_size=8))
def test_products_of_word_rows_are_cosines(known: list[str], others: list[str]) -> None:
    words = WordPairs(known)
    own, rows = words.rows(known), words.rows([*others, *known])
    product = np.asarray((rows @ own.T).todense())
    assert product.shape == (len(others) + len(known), len(known))
    assert (product >= -1e-6).all() and (product <= 1 + 1e-5).all()


def test_words_that_few_texts_have_count_most_and_strange_ones_make_a_text_less_alike() -> None:
    words = WordPairs(["book a room", "book a flight", "book a table for two"])
    rows = words.rows(["book a room", "a room", "a book", "a room with a magnificent view"])
    product = np.asarray((rows @ words.rows(["book a room"]).T).todense())[:, 0]
    assert product[0] == pytest.approx(1, abs=1e-5) and product[1] > product[2] and product[1] > product[3] > 0
    pairs = words.rows(["room flight"]) @ words.rows(["flight room"]).T
    assert 0 < np.asarray(pairs.todense())[0, 0] < 1
