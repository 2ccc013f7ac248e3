"""What no case covers, in clusters: what users ask for that nobody described."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from synterm.analysis.embeddings import embedder
from synterm.analysis.grouping import by_vectors, can_tell_meanings, joining
from synterm.analysis.words import marks, words_of
from synterm.core.ids import content_id
from synterm.core.traffic import LoggedCall
from synterm.production.own_cases import key, text_of
from synterm.production.tally import Tally
from synterm.storage.base import chunks
from synterm.storage.project import Project
from synterm.storage.traffic import EVERY_CALL, TrafficFilter
from synterm.text import one_line, plural

if TYPE_CHECKING:
    from synterm.analysis.embeddings import Vectors

MOST = 5000
"""So many different texts are compared each with each. The others join the cluster that they are near to."""
NEAR = 0.25
"""From this mean likeness on, clusters are one: the cosine of embeddings, less what they all have in common. On
CLINC150 (benchmarks/inbox.py) that finds most intents, each nearly by itself; with less several become one."""
SMALLEST = 3
"""Fewer calls are no cluster."""
_SHRINK = 20
"""What texts have in common is taken from them as far as there are enough of them to tell: n / (n + 20)."""
_EXAMPLES = 5
_SHOWN = 300
_PAGE = 1000
NOTE = "uncovered calls are put into clusters by the extra analysis: pip install 'synterm[analysis]'"


@dataclass(frozen=True, slots=True)
class UncoveredCluster:
    """Calls that are like each other, and like no case."""

    id: str
    """Told by the earliest of its calls, so that it stays as traffic goes on."""
    name: str
    """The words that mark it."""
    call_ids: tuple[str, ...]
    """In order of time."""
    examples: tuple[str, ...]
    """Some inputs as texts, the most typical first."""
    weight: float
    """For how many calls they stand."""
    share: float
    """Of all traffic."""
    interval: tuple[float, float]
    """95 %, of `share`: weighted calls count for as many as would tell as much without weights."""
    share_of_uncovered: float


@dataclass(frozen=True, slots=True)
class Uncovered:
    """What no case covers, of some traffic."""

    clusters: tuple[UncoveredCluster, ...] = ()
    """Those that stand for the most calls first."""
    calls: int = 0
    """That are uncovered."""
    weight: float = 0.0
    """For how many they stand."""
    share: float = 0.0
    """Of all traffic, as found."""
    interval: tuple[float, float] = (0.0, 1.0)
    scattered: int = 0
    """Calls that are like too few others to be in a cluster."""
    note: str = ""
    """Why there are no clusters, or how many were compared; empty where nothing is to be said."""


@dataclass(slots=True)
class _Text:
    """All calls that say the same, whatever their capital letters and punctuation."""

    shown: str
    ids: list[str] = field(default_factory=list[str])
    weight: float = 0.0
    squares: float = 0.0
    """Of the weights of the calls."""


class _Words(NamedTuple):
    """In how many of all texts each word is."""

    everywhere: Counter[str]
    total: int


def uncovered(
    project: Project, which: TrafficFilter = EVERY_CALL, told: Callable[[str], None] = lambda _: None
) -> Uncovered:
    """The clusters of the uncovered calls that fit, with their shares of all calls that fit.

    Each call is read once. Takes some seconds for thousands of different texts. Raises ModelError where embeddings
    can't be made though the extra ``analysis`` is there.
    """
    whole = Tally(*project.traffic.weights(replace(which, placings=())))
    texts = _texts(project, replace(which, placings=("uncovered",)), told)
    every = _tally(texts)
    share, interval = every.share_of(whole) or (0.0, (0.0, 1.0))
    bare = Uncovered(calls=every.calls, weight=every.weight, share=share, interval=interval, scattered=every.calls)
    if not texts or not can_tell_meanings():
        return replace(bare, note=NOTE if texts else "")
    told(f"comparing {plural(min(len(texts), MOST), 'text')}")
    groups = [group for group in _grouped(texts) if sum(len(texts[at].ids) for at in group) >= SMALLEST]
    words = _Words(Counter(word for one in texts for word in words_of(one.shown)), len(texts))
    made = [_cluster([texts[at] for at in group], words, every, whole) for group in groups]
    made.sort(key=lambda one: (-one.weight, one.id))
    return replace(
        bare,
        clusters=tuple(_told_apart(made)),
        scattered=every.calls - sum(len(one.call_ids) for one in made),
        note="" if len(texts) <= MOST else f"{MOST:,} of {len(texts):,} texts were compared, the others joined them",
    )


def _texts(project: Project, which: TrafficFilter, told: Callable[[str], None]) -> list[_Text]:
    """What is said, in an order that hardly depends on what else is said: what stands for many calls sooner first."""
    found: dict[bytes, _Text] = {}
    read = 0
    for page in project.traffic.pages(which, _PAGE):
        for call in page:
            _add(found, call)
        read += len(page)
        told(f"reading uncovered call {read:,}")
    return [found[name] for name in sorted(found, key=lambda name: (_turn(name, found[name].weight), name))]


def _add(found: dict[bytes, _Text], call: LoggedCall) -> None:
    text = text_of(call.input)
    name = key(text)
    one = found.get(name)
    if one is None:
        one = found[name] = _Text(text[:_SHOWN])
    one.ids.append(call.id)
    one.weight += call.weight
    one.squares += call.weight**2


def _turn(name: bytes, weight: float) -> float:
    """Drawn by what is said, so that it is the same each time: the first k are a weighted sample without replacement
    (P. Efraimidis, P. Spirakis, Information Processing Letters 97 (2006) 181–185)."""
    from math import log

    even = (int.from_bytes(name[:7]) + 1) / (1 << 56)
    return -log(even) / max(weight, 1e-9)


def _grouped(texts: Sequence[_Text]) -> list[list[int]]:
    """Places in `texts`, in each group the most typical first, then those that joined."""
    vectors = _embedded(texts[:MOST])
    common = vectors.mean(axis=0) * (len(vectors) / (len(vectors) + _SHRINK))
    vectors = _centred(vectors, common)
    groups = by_vectors(vectors, NEAR)
    middles = [vectors[group].mean(axis=0) for group in groups]
    place = MOST
    for part in chunks(texts[MOST:], _PAGE):
        for group in joining(_centred(_embedded(part), common), middles, NEAR):
            if group is not None:
                groups[group].append(place)
            place += 1
    return groups


def _embedded(texts: Sequence[_Text]) -> Vectors:
    import numpy as np

    return np.vstack([embedder().embed([one.shown for one in part]) for part in chunks(texts, _PAGE)])


def _centred(vectors: Vectors, common: Any) -> Any:
    """Rows of length 1, less what they have in common; those of zeros stay so."""
    import numpy as np

    blank = ~vectors.any(axis=1, keepdims=True)
    moved = np.where(blank, 0.0, vectors - common)
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return (moved / np.where(lengths > 1e-6, lengths, 1.0)).astype(np.float32)


def _cluster(members: Sequence[_Text], words: _Words, every: Tally, whole: Tally) -> UncoveredCluster:
    ids = sorted(name for one in members for name in one.ids)
    tally = _tally(members)
    share, interval = tally.share_of(whole) or (0.0, (0.0, 1.0))
    name = marks([one.shown for one in members], words.everywhere, words.total)
    return UncoveredCluster(
        id=content_id("uncovered", ids[0])[:12],
        name=", ".join(name) or f'like "{one_line(members[0].shown, 30)}"',
        call_ids=tuple(ids),
        examples=tuple(one.shown for one in members[:_EXAMPLES]),
        weight=tally.weight,
        share=share,
        interval=interval,
        share_of_uncovered=tally.weight / every.weight if every.weight else 0.0,
    )


def _tally(texts: Sequence[_Text]) -> Tally:
    return Tally(
        sum(len(one.ids) for one in texts), sum(one.weight for one in texts), sum(one.squares for one in texts)
    )


def _told_apart(clusters: Sequence[UncoveredCluster]) -> list[UncoveredCluster]:
    """Those of one name also say what they are like."""
    by_name: dict[str, list[UncoveredCluster]] = defaultdict(list)
    for one in clusters:
        by_name[one.name].append(one)
    return [
        one if one is by_name[one.name][0] else replace(one, name=f'{one.name}: like "{one_line(one.examples[0], 30)}"')
        for one in clusters
    ]
