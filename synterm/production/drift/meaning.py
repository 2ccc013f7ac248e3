"""Whether what is asked means something else than before, and in other languages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from synterm.analysis.words import words_of
from synterm.production.drift.anytime import NOTHING
from synterm.production.drift.distances import Apart, apart, apart_by_words, energy
from synterm.production.drift.mixes import same_mix, spent
from synterm.production.drift.questions import FEWEST, Question
from synterm.production.drift.sample import Text
from synterm.reports.figures import percent
from synterm.text import one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

SAMPLE = 1000
"""Texts of a window whose meanings are compared."""
FEW = 150
"""The same where only words are."""
_BATCH = 512
_PLACED = 10
"""So many texts of a behavior, before and after, it takes to say how far it moved."""
_MOST = 3
_EXAMPLE = 100
_SHORTEST = 20
"""Characters that it takes to tell a language."""
_SURE = 0.8
UNSURE = "not sure"
BY_WORDS = "inputs are compared by their words and lengths: pip install 'synterm[analysis]' compares what they mean"


def can_tell_meanings() -> bool:
    """Whether the extra ``analysis`` is installed."""
    return all(find_spec(name) is not None for name in ("numpy", "wordllama"))


def can_tell_languages() -> bool:
    """Whether the extra ``analysis`` is installed."""
    return find_spec("py3langid") is not None


def meaning_question(before: Sequence[Text], after: Sequence[Text], name: str, look: int) -> Question:
    """Whether two samples mean the same; by their words where meanings can't be told. Raises ModelError."""
    if min(len(before), len(after)) < FEWEST:
        return Question("meaning", "", NOTHING, [], [name], 1.0, few=FEWEST)
    found, moved = _by_meaning(before, after) if can_tell_meanings() else _by_words(before, after)
    both = [*before, *after]
    newest = sorted(range(len(before), len(found.newness)), key=lambda at: -found.newness[at])
    return Question(
        "meaning",
        "",
        NOTHING,
        [],
        [name],
        spent(found.p_value, look),
        moved=moved,
        examples=tuple(one_line(both[at].text, _EXAMPLE) for at in newest[:_MOST]),
    )


def languages_of(texts: Sequence[Text]) -> Counter[str]:
    """How many texts are in each language; short ones are left out, and what is not sure is called so."""
    from synterm.analysis.languages import language_of

    found: Counter[str] = Counter()
    for one in texts:
        if len(one.text) >= _SHORTEST:
            language = language_of(one.text)
            found[language.code if language.confidence >= _SURE else UNSURE] += 1
    return found


def language_question(before: Mapping[str, int], after: Mapping[str, int], name: str, look: int) -> Question:
    """Whether two samples are in the same languages."""
    n, m = sum(before.values()), sum(after.values())
    if min(n, m) < FEWEST:
        return Question("language", "", NOTHING, [], [name], 1.0, few=FEWEST)
    shares = {code: (before.get(code, 0) / n, after.get(code, 0) / m) for code in {*before, *after}}
    return Question(
        "language", "", NOTHING, [], [name], spent(same_mix(before, after), look), moved=_most_moved(shares)
    )


def _by_meaning(before: Sequence[Text], after: Sequence[Text]) -> tuple[Apart, tuple[str, ...]]:
    first, second = _vectors(before), _vectors(after)
    places = [defaultdict[str, list[int]](list) for _ in range(2)]
    for texts, found in ((before, places[0]), (after, places[1])):
        for at, one in enumerate(texts):
            if one.behavior:
                found[one.behavior].append(at)
    distances = {
        path: energy(first[places[0][path]], second[places[1][path]])
        for path in places[0]
        if min(len(places[0][path]), len(places[1].get(path, ()))) >= _PLACED
    }
    ranked = sorted(distances, key=lambda path: (-distances[path], path))[:_MOST]
    return apart(first, second), tuple(f"{path} by {distances[path]:.2f}" for path in ranked)


def _by_words(before: Sequence[Text], after: Sequence[Text]) -> tuple[Apart, tuple[str, ...]]:
    first, second = ([words_of(one.text) for one in texts[:FEW]] for texts in (before, after))
    counts = [Counter(word for words in texts for word in words) for texts in (first, second)]
    shares = {word: (counts[0][word] / len(first), counts[1][word] / len(second)) for word in {*counts[0], *counts[1]}}
    return apart_by_words(first, second), _most_moved(shares)


def _vectors(texts: Sequence[Text]) -> Any:
    import numpy as np

    from synterm.analysis.embeddings import embedder

    said = [one.text for one in texts]
    return np.vstack([embedder().embed(said[at : at + _BATCH]) for at in range(0, len(said), _BATCH)])


def _most_moved(shares: Mapping[str, tuple[float, float]]) -> tuple[str, ...]:
    """What has become more or less, the most first: ``refund 2 % → 18 %``."""
    ranked = sorted(shares, key=lambda name: (-abs(shares[name][1] - shares[name][0]), name))[:_MOST]
    return tuple(f"{one_line(name, 40)} {percent(shares[name][0])} → {percent(shares[name][1])}" for name in ranked)
