"""A style sheet that matches each place in the tree once.

Textual holds every rule against a widget, and against each of the parts that it styles, whenever a class or the focus
changes anywhere above it: 25 ms for a step of tab in the workbench. What is the same place in all that the rules ask
for gets what was found there before, also in the next app of this process. Leans on internals of Textual 8.2.
"""

# All of this is about what Textual keeps to itself.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from textual.css.model import RuleSet
from textual.css.styles import RulesMap, Styles
from textual.css.stylesheet import Stylesheet
from textual.css.tokenizer import Token
from textual.dom import DOMNode

_PLACES = 10_000
"""How many places a set of rules remembers."""
_ORDER = frozenset(("first-of-type", "last-of-type", "first-child", "last-child", "empty"))

Place = tuple[Any, ...]
"""What rules can ask of a node and of all above it: type, id and classes, and the pseudo classes that they name."""


class _Rules:
    """The rules that may hold for a node, by its names alone, and what they came to at each place."""

    def __init__(self, rules: Sequence[RuleSet]) -> None:
        self.rules = list(rules)
        named = frozenset[str]().union(*(rule.pseudo_classes for rule in rules))
        chains = [one.selectors for rule in rules for one in rule.selector_set]
        self._above = [selector for chain in chains for selector in chain[:-1] if selector.pseudo_classes]
        self._last = [chain[-1] for chain in chains if chain[-1].pseudo_classes]
        self._asks: dict[tuple[Any, bool], tuple[str, ...]] = {}
        self._hover, self._focus_within = "hover" in named, "focus-within" in named
        self._order, self._odd_or_even = not named.isdisjoint(_ORDER), not named.isdisjoint(("odd", "even"))
        self._found: dict[Place, RulesMap | None] = {}

    def mark(self, node: DOMNode) -> None:
        """Tell the node what changes of it mean that its style is looked up again."""
        node._has_hover_style, node._has_focus_within = self._hover, self._focus_within
        node._has_order_style, node._has_odd_or_even = self._order, self._odd_or_even

    def place(self, names: Place, path: Sequence[DOMNode], to_part: bool = False) -> Place:
        """Where the last node of a path stands, or a part of that node; `names` are theirs, from the top on."""
        if not (self._above or self._last):
            return names
        last = None if to_part else path[-1]
        states = (name for at, node in zip(names, path, strict=False) for name in self._ask(at, node, node is last))
        return (names, *states)

    def _ask(self, names: Any, node: DOMNode, is_last: bool) -> Iterable[str | None]:
        if (asks := self._asks.get((names, is_last))) is None:
            selectors = (*self._above, *self._last) if is_last else self._above
            hit = (selector.pseudo_classes for selector in selectors if selector._check(node))
            asks = self._asks[names, is_last] = tuple(sorted(frozenset[str]().union(*hit)))
        return (None, *filter(node.has_pseudo_class, asks)) if asks else ()

    def knows(self, place: Place) -> bool:
        """Whether this place was seen before."""
        return place in self._found

    def at(self, place: Place) -> RulesMap | None:
        """What holds at a place that was seen before; None when no rule does."""
        return self._found[place]

    def keep(self, place: Place, found: RulesMap | None) -> None:
        """Remember what holds at a place."""
        if len(self._found) >= _PLACES:
            self._found.clear()
            self._asks.clear()
        self._found[place] = found


class _Book:
    """What was read and found with the same colours, in any sheet."""

    def __init__(self) -> None:
        self.parsed: dict[tuple[Any, ...], list[RuleSet]] = {}
        self.tokens: dict[str, list[Token]] | None = None
        self._rules: dict[tuple[RuleSet, ...], _Rules] = {}

    def rules(self, rules: tuple[RuleSet, ...]) -> _Rules:
        """What is known of these rules."""
        if (known := self._rules.get(rules)) is None:
            known = self._rules[rules] = _Rules(rules)
        return known


@lru_cache(maxsize=8)
def _book(variables: frozenset[tuple[str, str]]) -> _Book:
    return _Book()


def _names(path: Iterable[DOMNode]) -> Place:
    return tuple((type(node), node._id, frozenset(node._classes)) for node in path)


def _set(rules: RulesMap) -> RulesMap:
    """Rules as they are once a node has them: some say of what they are a share only then."""
    styles = Styles()
    for name, value in rules.items():
        setattr(styles, name, value)
    return styles.get_rules()


class Sheet(Stylesheet):
    """Gives every node the style that Textual's own sheet gives it."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._book = _book(frozenset(self._variables.items()))
        self._by_names: dict[frozenset[str], _Rules] = {}
        self._places: dict[RuleSet, int] = {}
        self._asked: tuple[_Rules, Place] | None = None

    def copy(self) -> Sheet:
        """A sheet of the same sources."""
        made = Sheet(variables=self._variables.copy())
        made.source = self.source.copy()
        return made

    def set_variables(self, variables: dict[str, str]) -> None:
        """Use other colours from the next reading on."""
        super().set_variables(variables)
        self._book = _book(frozenset(variables.items()))

    def parse(self) -> None:
        """Read the sources that were not read with these colours. Raises what Textual's sheet does."""
        super().parse()
        self._by_names.clear()
        self._places = {rule: index for index, rule in enumerate(self._rules)}

    def reparse(self) -> None:
        """Read the sources again, for the colours changed; the rules stay as they are when that fails."""
        self._invalid_css.clear()
        self.parse()

    def apply(self, node: DOMNode, *, animate: bool = False, cache: dict[Place, RulesMap] | None = None) -> None:
        """Give a node, and the parts that it styles, their style."""
        path = node.css_path_nodes
        rules = self._rules_for(frozenset(node._selector_names))
        place = rules.place(_names(path), path)
        rules.mark(node)
        if not rules.knows(place):
            self._find(node, rules, place, animate)
            return
        if (found := rules.at(place)) is not None:
            self.replace_rules(node, found, animate)
        self._process_component_classes(node)

    @property
    def rules(self) -> list[RuleSet]:
        """All rules; while a place is looked at for the first time, those that may hold there."""
        return self._asked[0].rules if self._asked else super().rules

    @property
    def rules_map(self) -> dict[str, list[RuleSet]]:
        """The rules by what their last selector names."""
        return {"*": self._asked[0].rules} if self._asked else super().rules_map

    def replace_rules(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, node: DOMNode, rules: RulesMap, animate: bool = False
    ) -> None:
        """Give a node the style that was found."""
        asked, self._asked = self._asked, None
        if asked:
            rules = _set(rules)
            asked[0].keep(asked[1], rules)
        if animate or node.styles.base._rules != rules:
            super().replace_rules(node, rules, animate)
        else:
            node.notify_style_update()

    def _find(self, node: DOMNode, rules: _Rules, place: Place, animate: bool) -> None:
        self._asked = rules, place
        try:
            super().apply(node, animate=animate)
        finally:
            self._asked = None
        if not rules.knows(place):
            rules.keep(place, None)

    def _rules_for(self, names: frozenset[str]) -> _Rules:
        if self._require_parse:
            self.parse()
        if (known := self._by_names.get(names)) is None:
            by_name = self.rules_map
            may = {rule for name in by_name.keys() & names for rule in by_name[name]}
            known = self._by_names[names] = self._book.rules(tuple(sorted(may, key=self._places.__getitem__)))
        return known

    def _parse_rules(self, css: str, *args: Any, **options: Any) -> list[RuleSet]:
        key = (css, args, *options.items())
        if (rules := self._book.parsed.get(key)) is None:
            rules = self._book.parsed[key] = super()._parse_rules(css, *args, **options)
        return rules

    @property
    def _variable_tokens(self) -> dict[str, list[Token]]:
        if self._book.tokens is None:
            self._book.tokens = super()._variable_tokens
        return self._book.tokens

    def _process_component_classes(self, node: DOMNode) -> None:
        self._asked = None
        if not (components := node._get_component_classes()):
            return
        path, styles = node.css_path_nodes, node._component_styles
        above, changed = _names(path), False
        for component in sorted(components):
            before = styles.get(component)
            rules = self._rules_for(frozenset(("*", "DOMNode", f".{component}")))
            place = rules.place((*above, component), path, to_part=True)
            if before is not None and rules.knows(place) and before.base._rules == (rules.at(place) or {}):
                continue
            part = DOMNode(classes=component)
            part._attach(node)
            if rules.knows(place):
                part.styles.base.merge_rules(rules.at(place) or {})
            else:
                self.apply(part)
                rules.keep(place, part.styles.base.get_rules())
            changed = changed or before != part.styles
            styles[component] = part.styles
        if changed:
            node.refresh()
