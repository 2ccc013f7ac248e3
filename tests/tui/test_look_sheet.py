"""The style sheet that remembers gives what Textual's own gives, wherever the workbench is."""

from __future__ import annotations

from typing import Any

import pytest
from textual.css.errors import UnresolvedVariableError
from textual.css.styles import RulesMap, Styles
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

from synterm.tui.app import WorkbenchApp
from synterm.tui.look import sheet
from tests.tui.conftest import Bench, MakeProject, OpenBench


class Plain(Stylesheet):
    """Textual's sheet, which tells what it would set on a node and leaves it as it is."""

    def __init__(self, like: Stylesheet) -> None:
        super().__init__(variables=dict(like._variables))
        self.source = dict(like.source)
        self._found: RulesMap = {}
        self.parse()

    def find(self, node: DOMNode) -> RulesMap:
        """The rules that hold for a node."""
        self._found = {}
        self.apply(node)
        styles = Styles()
        for name, value in self._found.items():
            setattr(styles, name, value)
        return styles.get_rules()

    def replace_rules(self, node: DOMNode, rules: RulesMap, animate: bool = False) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._found = rules

    def _process_component_classes(self, node: DOMNode) -> None:
        pass


def differences(app: WorkbenchApp) -> dict[str, Any]:
    """Where what a node of the topmost screen wears is not what Textual would have it wear."""
    app.stylesheet.update(app)
    app.stylesheet.update(app.screen)
    plain = Plain(app.stylesheet)
    found: dict[str, Any] = {}
    for node in (app, app.screen, *app.screen.walk_children()):
        marks = _marks(node)
        worn: dict[str, tuple[Any, Any]] = {"": (node.styles.base.get_rules(), plain.find(node))}
        worn["marks"] = marks, _marks(node)
        for name in node._get_component_classes():
            part = DOMNode(classes=name)
            part._attach(node)
            worn[name] = (node._component_styles[name].base.get_rules(), plain.find(part))
        found.update({f"{node} {name}": unlike for name, pair in worn.items() if (unlike := _unlike(*pair))})
    return found


def _unlike(one: Any, other: Any) -> Any:
    if not isinstance(one, dict):
        return one != other and (one, other)
    # Layouts of one kind are the same, though they are not equal.
    one, other = ({**rules, "layout": str(rules.get("layout"))} for rules in (one, other))
    return {name: (one.get(name), other.get(name)) for name in one | other if one.get(name) != other.get(name)}


def _marks(node: DOMNode) -> tuple[bool, bool, bool, bool]:
    return node._has_hover_style, node._has_focus_within, node._has_order_style, node._has_odd_or_even


async def _same_after(bench: Bench, *keys: str) -> None:
    await bench.pilot.press(*keys)
    await bench.pilot.pause()
    assert differences(bench.app) == {}, f"after {keys}"


async def test_every_node_wears_what_textual_would_have_it_wear(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    sheet._book.cache_clear()
    async with open_bench(make_project()) as bench:
        await _same_after(bench)
        await _same_after(bench, "tab")
        await _same_after(bench, "shift+tab", "shift+tab")
        await bench.pilot.resize_terminal(70, 30)
        await _same_after(bench)
        await bench.pilot.resize_terminal(130, 40)
        bench.screen.cases.list.focus()
        await _same_after(bench, "space", "down")
        await bench.pilot.hover("#case-list")
        await _same_after(bench)
        await _same_after(bench, "n")
        await _same_after(bench, "tab", "tab", "x")
        await _same_after(bench, "escape")
        for key in ("question_mark", "C", "H", "F", "O"):
            bench.screen.cases.list.focus()
            await bench.pilot.press(key)
            await bench.until(lambda: len(bench.app.screen_stack) >= 3)
            await _same_after(bench, "tab")
            await bench.pilot.press("escape")
            while len(bench.app.screen_stack) > 2:
                await bench.pilot.press("escape")


async def test_so_it_does_in_other_colours(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), theme="synterm-light") as bench:
        for theme in ("synterm-ansi", "nord", "synterm-light"):
            bench.app.theme = theme
            await _same_after(bench)
            assert bench.app.stylesheet._variables["primary"] == bench.app.get_css_variables()["primary"]


def test_a_sheet_that_cannot_be_read_leaves_the_rules_as_they_are() -> None:
    made = sheet.Sheet(variables={"ink": "red"})
    made.add_source("Tree { color: $ink; }", ("one", ""))
    assert [rule.styles.color.hex for rule in made.rules] == ["#FF0000"]
    made.add_source("Tree { color: $paper; }", ("two", ""))
    with pytest.raises(UnresolvedVariableError):
        made.reparse()
    assert [rule.styles.color.hex for rule in made._rules] == ["#FF0000"]
    made.set_variables({"ink": "blue", "paper": "white"})
    made.reparse()
    assert [rule.styles.color.hex for rule in made.rules] == ["#0000FF", "#FFFFFF"]
