"""A small grammar: what a name can be replaced by, until only text is left."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice, product
from random import Random
from typing import TypeAlias

from synterm.errors import InputError, did_you_mean

MAX_TEXTS = 1000
"""So many texts of one rule are written out at most."""
MAX_CHARACTERS = 2000
"""No text of a rule is longer."""
_MAX_WAYS = 4 * MAX_TEXTS
_NAME = re.compile(r"\{([A-Za-z_]\w*)\}")

Rules: TypeAlias = Mapping[str, tuple[str, ...]]
"""For each name what it can be, with ``{name}`` where another rule, or a parameter, stands."""


def check_rules(rules: Rules, parameters: Collection[str], depth: int) -> None:
    """Raises ValueError, with the rule, for a name that is neither rule nor parameter, and a rule that never ends."""
    known = {*rules, *parameters}
    for rule, options in rules.items():
        for at, option in enumerate(options):
            for name in names_in(option):
                if name not in known:
                    raise ValueError(
                        f"{rule}[{at}]: {{{name}}} is neither a rule nor a parameter; {did_you_mean(name, known)}"
                    )
    levels = _levels(rules)
    for rule in rules:
        if levels.get(rule, depth + 1) > depth:
            raise ValueError(f"{rule}: does not come to an end within {depth} replacements, one within another")


def texts_of(rules: Rules, rule: str, depth: int) -> list[str]:
    """All texts of a rule, in order and each once. Parameters stay ``{name}``.

    Replacements stand at most `depth` deep one within another; what would go deeper is left out. Raises InputError for
    more than `MAX_TEXTS`, and for one that is too long.
    """
    reached = reached_from(rules, rule)
    texts: dict[str, list[str]] = {name: [] for name in reached}
    for _ in range(depth):
        texts = {
            name: _unique(name, (text for option in rules[name] for text in _written(option, texts)))
            for name in reached
        }
    return texts[rule]


def _written(option: str, texts: Mapping[str, list[str]]) -> Iterator[str]:
    """An option with each choice of texts in the place of its rules."""
    return map(
        _joined,
        product(*(texts.get(part[1:-1], [part]) if _NAME.fullmatch(part) else [part] for part in _parts(option))),
    )


def _unique(rule: str, texts: Iterable[str]) -> list[str]:
    # Many ways may lead to one text, so the ways are counted, too.
    ways = [*islice(texts, _MAX_WAYS)]
    found = [*dict.fromkeys(ways)]
    if len(found) > MAX_TEXTS or len(ways) == _MAX_WAYS:
        raise InputError(f"the rule {rule} has more than {MAX_TEXTS:,} texts", hint="use mode sample, or less depth")
    return found


def drawn(rules: Rules, rule: str, depth: int, random: Random) -> str:
    """One text of a rule, each option as likely as the others that come to an end in time. Raises InputError."""
    levels = _levels(rules)
    open_parts, done, steps = [(f"{{{rule}}}", depth)], [""], 0
    while open_parts:
        part, left = open_parts.pop()
        if not (_NAME.fullmatch(part) and part[1:-1] in rules):
            done.append(part)
            continue
        options = [option for option in rules[part[1:-1]] if _level(option, rules, levels) < left]
        open_parts += [(inner, left - 1) for inner in reversed(_parts(random.choice(options)))]
        steps += 1
        if steps > MAX_CHARACTERS or len(open_parts) > MAX_CHARACTERS:
            raise InputError(f"a text of the rule {rule} is longer than {MAX_CHARACTERS:,} characters")
    return _joined(done)


def filled(text: str, values: Mapping[str, object]) -> str:
    """A text with parameters in the place of their names."""
    return _NAME.sub(lambda match: str(values[match[1]]) if match[1] in values else match[0], text)


def names_in(text: str) -> list[str]:
    """The names that stand in a text."""
    return _NAME.findall(text)


def reached_from(rules: Rules, rule: str) -> list[str]:
    """A rule and those that it leads to, in the order of `rules`."""
    reached, ahead = {rule}, [rule]
    while ahead:
        named = {name for option in rules[ahead.pop()] for name in names_in(option) if name in rules}
        ahead += sorted(named - reached)
        reached |= named
    return [name for name in rules if name in reached]


def _parts(option: str) -> list[str]:
    """Texts and ``{name}`` in turn."""
    return [f"{{{part}}}" if at % 2 else part for at, part in enumerate(_NAME.split(option))]


def _joined(parts: Iterable[str]) -> str:
    kept = [*parts]
    if sum(map(len, kept)) > MAX_CHARACTERS:
        raise InputError(f"a text of a rule is longer than {MAX_CHARACTERS:,} characters")
    return "".join(kept)


def _levels(rules: Rules) -> dict[str, int]:
    """How many replacements, one within another, each rule needs at least; rules that never end are left out."""
    levels: dict[str, int] = {}
    for level in range(1, len(rules) + 1):
        ready = [
            rule
            for rule, options in rules.items()
            if rule not in levels and any(_level(option, rules, levels) < level for option in options)
        ]
        levels |= dict.fromkeys(ready, level)
    return levels


def _level(option: str, rules: Rules, levels: Mapping[str, int]) -> int:
    """How deep an option goes at least."""
    return max((levels.get(name, len(rules) + 1) for name in names_in(option) if name in rules), default=0)
