"""What people can do now: every binding that has an id, with its keys, and the widget that it belongs to.

The palette and the list of keys are made from this, so that what has an id, a description and a tooltip is in both.
Reads the bindings where Textual keeps them (`DOMNode._bindings`, `App._keymap`): there is no public way to those of
widgets without focus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, cast

from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from synterm.tui.keys import bindings_of

MOVES = frozenset(("list",))
"""Groups whose bindings only move a cursor: keys, but no commands."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do."""

    id: str
    """Empty where only a widget of Textual's own knows it: it can't be given other keys."""
    title: str
    """``Results: why``."""
    help: str
    """One sentence."""
    keys: tuple[str, ...]
    """As keyboards name them: ``^s``, ``enter``."""
    node: DOMNode
    action: str
    show: bool
    """Whether it is told of below the screen too."""

    async def run(self) -> None:
        """Do it, on the widget that it belongs to; the widget needs no focus."""
        await self.node.app.run_action(self.action, self.node)


@dataclass(frozen=True, slots=True)
class Section:
    """The actions of one pane, of a screen, or of the app."""

    title: str
    purpose: str
    """What it is for, in a sentence."""
    actions: tuple[Action, ...]


def actions(screen: Screen[Any]) -> list[Action]:
    """All that can be done on a screen: where the focus is first, then the screen, the app, the other panes."""
    found = (action for section in sections(screen) for action in section.actions)
    return [action for action in found if action.id]


def sections(screen: Screen[Any]) -> list[Section]:
    """The same by where it belongs: each action once, those of Textual's own widgets at the end."""
    chain = list(
        takewhile(lambda node: node is not screen, screen.focused.ancestors_with_self if screen.focused else ())
    )
    pane = next((node for node in chain if isinstance(node, Widget) and node.BINDING_GROUP_TITLE), None)
    others = (node for node in screen.query("*").results(Widget) if node.BINDING_GROUP_TITLE and node is not pane)
    groups: list[tuple[DOMNode, Iterable[DOMNode]]] = [(pane, [*chain, *_inside(pane)])] if pane else []
    # What has no name of its own, such as a list of a screen with several, is told of with its screen.
    groups += [(screen, [screen] if pane else [*chain, screen])]
    groups += [(cast("DOMNode", screen.app), [cast("DOMNode", screen.app)])]
    groups += [(other, [other, *_inside(other)]) for other in others]
    # In a window over the rest the app's keys do nothing, but for those that go before all others.
    without = bindings_of(cast("DOMNode", screen.app)) if screen.is_modal else ()
    seen = {binding.id or "" for binding in without if not binding.priority}
    made = [_section(owner, nodes, seen) for owner, nodes in groups]
    if pane:
        more = tuple(_collect(chain, lambda id: not id))
        made.append(Section(f"More keys of {pane.BINDING_GROUP_TITLE}", "They can't be changed.", more))
    return [section for section in made if section.actions or (pane and section is made[0])]


def _inside(pane: Widget) -> list[Widget]:
    """The widgets in a pane, those that are shown first: the same action can be in several."""
    return sorted(pane.query("*").results(Widget), key=lambda node: not node.is_on_screen)


def _section(owner: DOMNode, nodes: Iterable[DOMNode], seen: set[str]) -> Section:
    found = _collect(nodes, lambda id: bool(id) and id not in seen)
    seen.update(action.id for action in found)
    return Section(owner.BINDING_GROUP_TITLE or "This window", owner.HELP or "", tuple(found))


def _collect(nodes: Iterable[DOMNode], wanted: Callable[[str], bool]) -> list[Action]:
    """The actions of some nodes; where several have the same one, it is that of the first."""
    found: dict[tuple[str, str], Action] = {}
    for node in nodes:
        for binding in bindings_of(node):
            key = (binding.id or "", binding.action)
            if key in found:
                found[key] = _with_key(found[key], binding)
            elif wanted(binding.id or "") and _can(node, binding):
                found[key] = _action(node, binding)
    return sorted(found.values(), key=lambda action: not action.show)


def _action(node: DOMNode, binding: Binding) -> Action:
    title = f"{title_of(binding.id)}: {_lower(binding.description)}" if binding.id else binding.description
    return Action(
        binding.id or "", title, binding.tooltip, (_shown(node, binding),), node, binding.action, binding.show
    )


def _with_key(action: Action, binding: Binding) -> Action:
    keys = dict.fromkeys((*action.keys, _shown(action.node, binding)))
    return Action(action.id, action.title, action.help, tuple(keys), action.node, action.action, action.show)


def title_of(binding_id: str) -> str:
    """``Results`` for ``results.why``."""
    return binding_id.partition(".")[0].capitalize()


def _lower(description: str) -> str:
    return description[:1].lower() + description[1:]


def _shown(node: DOMNode, binding: Binding) -> str:
    return node.app.get_key_display(binding)


def _can(node: DOMNode, binding: Binding) -> bool:
    if not binding.description or binding.system:
        return False
    return bool(node.app._check_action_state(binding.action, node))  # pyright: ignore[reportPrivateUsage]
