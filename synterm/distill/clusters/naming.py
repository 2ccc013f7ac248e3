"""What a cluster is called, by rules: the error that is most common in it, and the words that mark it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from synterm.analysis.words import marks, words_of
from synterm.core.distill import Failing
from synterm.text import one_line, plural

VARIOUS = "various"
"""What a cluster is called whose inputs have nothing in common but the error."""
_TAGGED = 3
"""A tag on fewer of them marks nothing."""


def error_of(failing: Failing) -> str:
    """How it went wrong, in a few words: ``clarify instead of schedule``, the reason, or the error without figures."""
    if not failing.judged:
        return "no verdict: " + _without_figures(one_line(failing.got or failing.reason, 60))
    if failing.expected and _is_label(failing.expected) and _is_label(failing.got):
        return f"{failing.got} instead of {failing.expected}"
    return _without_figures(one_line(failing.reason, 60)) or "fails"


def pattern_of(members: Sequence[Failing]) -> str:
    """The error of more than half of them; empty where there is none."""
    error, count = Counter(map(error_of, members)).most_common(1)[0]
    return error if 2 * count > len(members) else ""


def name_of(members: Sequence[Failing], everywhere: Counter[str], total: int) -> str:
    """``notes, summary: clarify instead of summarize``.

    `everywhere` counts in how many of all `total` failures each word is.
    """
    words, pattern = marks([one.input for one in members], everywhere, total), pattern_of(members)
    shown = ", ".join(words) or f'like "{one_line(members[0].input, 30)}"'
    return f"{shown}: {pattern}" if pattern else shown


def name_by_error(members: Sequence[Failing], once: Sequence[Failing]) -> str:
    """``underspecified: out_of_scope instead of clarify``, by the tag that marks them; ``various: …`` without one.

    `once`: all failures.
    """
    return f"{one_line(_tag(members, once), 40) or VARIOUS}: {error_of(members[0])}"


def hypothesis_of(
    members: Sequence[Failing], everywhere: Counter[str], once: Sequence[Failing], *, is_alike: bool = True
) -> str:
    """What the rules can say about why they fail: what they have in common, not more.

    `once`: all failures; `is_alike`: whether they are alike in what was asked, and not in their error alone.
    """
    pattern = pattern_of(members)
    roots = len({one.root_id for one in members})
    parts = [f"{plural(len(members), 'case')} of {plural(roots, 'lineage')}"]
    if not is_alike:
        parts.append("what was asked differs, the error is the same")
    elif pattern:
        same = sum(error_of(one) == pattern for one in members)
        parts.append(f"{'all' if same == len(members) else same} go wrong in the same way")
    others = len(once) - len(members)
    if is_alike and (words := marks([one.input for one in members], everywhere, len(once))):
        inside = sum(words[0] in words_of(one.input) for one in members)
        parts.append(_share(f'"{words[0]}" is in', inside, everywhere[words[0]] - inside, others))
    if tag := _tag(members, once):
        inside = sum(tag in one.tags for one in members)
        outside = sum(tag in one.tags for one in once) - inside
        parts.append(_share(f"the tag {one_line(tag, 40)} is on", inside, outside, others))
    return "; ".join(parts)


def _share(words: str, inside: int, outside: int, others: int) -> str:
    beside = f", and {outside:,} of the {others:,} others" if others else ""
    return f"{words} {inside:,} of them{beside}"


def _tag(members: Sequence[Failing], once: Sequence[Failing]) -> str:
    """The tag that three of five have, and of the others at most half as many; empty where there is none."""
    inside = Counter(tag for one in members for tag in one.tags)
    everywhere = Counter(tag for one in once for tag in one.tags)
    others = max(len(once) - len(members), 1)
    found = [
        tag
        for tag, count in inside.items()
        if count >= _TAGGED
        and 5 * count >= 3 * len(members)
        and 2 * (everywhere[tag] - count) / others <= count / len(members)
    ]
    return min(found, key=lambda tag: (-inside[tag], everywhere[tag], tag), default="")


def _is_label(text: str) -> bool:
    return 0 < len(text) <= 40 and "\n" not in text


_FIGURES = re.compile(r"[0-9]+(?:[.,][0-9]+)*")


def _without_figures(text: str) -> str:
    return _FIGURES.sub("N", text)
