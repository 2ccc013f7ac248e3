"""The map of cases: what lies near each other says much the same, and each behavior has a glyph and a colour.

Drawn on the project's own `Canvas`: textual-plot 0.10.1 needs numpy, 0.3 s of import, has no cursor to walk from point
to point, and takes fixed colours instead of those of the theme.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from synterm.core.coverage import MapPoint
from synterm.tui.coverage.view import MOST_ZOOM, Cells, View
from synterm.tui.widgets.hint import hint_line
from synterm.tui.widgets.plot.canvas import GRID, Canvas
from synterm.tui.widgets.plot.drawing import INKS, ink, legend, marker

_CURSOR = "cursor"


class CaseMap(Widget, can_focus=True):
    """Cases as glyphs, with a cursor that walks from one to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "walk(0, -1)", "Up", show=False, id="list.up", tooltip="One row up"),
        Binding("down,j", "walk(0, 1)", "Down", show=False, id="list.down", tooltip="One row down"),
        Binding("left,h", "walk(-1, 0)", "Left", show=False, id="list.left", tooltip="One column to the left"),
        Binding("right,l", "walk(1, 0)", "Right", show=False, id="list.right", tooltip="One column to the right"),
        Binding("enter", "open", "Case", id="map.open", tooltip="All of the case under the cursor"),
        Binding("n", "turn(1)", "Next here", id="map.next", tooltip="The next of the cases that stand in one place"),
        Binding("plus,equals_sign", "zoom(2)", "Closer", id="map.closer", tooltip="Look closer, around the cursor"),
        Binding("minus", "zoom(0.5)", "Farther", id="map.farther", show=False, tooltip="Look from farther away"),
        Binding("0", "zoom(0)", "Whole", id="map.whole", show=False, tooltip="See the whole map again"),
        Binding("o", "only", "Only this", id="map.only", tooltip="Show the chosen behavior only, or all again"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"map--{name}" for name in (*INKS, _CURSOR, "note", "title", "guide", "hint")),
    }
    DEFAULT_CSS = """
    CaseMap {
        height: 1fr; padding: 0 1;
        & > .map--note, & > .map--hint { color: $text-muted; }
        & > .map--title { color: $foreground; text-style: bold; }
        & > .map--guide { color: $foreground 22%; }
        & > .map--cursor { color: $background; background: $foreground; text-style: bold; }
        &:nocolor > .map--cursor, &:ansi > .map--cursor { text-style: bold reverse; }
        & > .map--series-1 { color: $text-primary; }
        & > .map--series-2 { color: $text-accent; }
        & > .map--series-3 { color: $text-secondary; }
        & > .map--series-4 { color: $text-success; }
        & > .map--series-5 { color: $text-warning; }
        & > .map--series-6 { color: $text-error; }
    }
    """

    class Walked(Message):
        """The cursor stands on another case, or the view changed."""

        def __init__(self, control: CaseMap) -> None:
            super().__init__()
            self.map = control

        def can_replace(self, message: Message) -> bool:
            """Where the cursor was in between does not matter."""
            return isinstance(message, CaseMap.Walked)

        @property
        def control(self) -> CaseMap:
            """The map."""
            return self.map

    class Opened(Message):
        """Someone wants to see all of a case."""

        def __init__(self, control: CaseMap, case_id: str) -> None:
            super().__init__()
            self.map = control
            self.case_id = case_id

        @property
        def control(self) -> CaseMap:
            """The map."""
            return self.map

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.points: Sequence[MapPoint] = ()
        self.nothing = ""
        """What to say while there are no points."""
        self.chosen: str | None = None
        """The behavior that stands out, by id; None: all do."""
        self.alone = False
        """Whether only that one is shown."""
        self.named = False
        """Whether the names of the behaviors stand above the map."""
        self.view = View()
        self.number = 0
        """Which point the cursor stands on."""
        self._behaviors: Mapping[str, int] = {}
        self._names: Sequence[str] = ()
        self._cells: Cells | None = None
        self._drawn: tuple[Size, Canvas] | None = None

    # What is shown.

    def show(
        self, points: Sequence[MapPoint], behaviors: Mapping[str, int], names: Sequence[str], nothing: str = ""
    ) -> None:
        """Show other points. `behaviors`: the number of each behavior by its id; `names`: their names by number."""
        before = self.point
        self.points, self.nothing, self._behaviors, self._names = points, nothing, behaviors, names
        self.number = _number_of(points, before.case_id if before else "")
        self.choose(self.chosen)

    def choose(self, behavior_id: str | None) -> None:
        """Have a behavior stand out, and the cursor stand on one of its cases; None: all behaviors are alike."""
        self.chosen = behavior_id
        point = self.point
        if behavior_id is not None and point and point.behavior_id != behavior_id:
            self.number = _middle(self.points, behavior_id, self.number)
        self._cells = None
        self._go(self.number)

    def name_behaviors(self, named: bool) -> None:
        """Say above the map, or no longer, which glyph is whose."""
        if named != self.named:
            self.named, self._cells, self._drawn = named, None, None
            self.refresh()

    @property
    def point(self) -> MapPoint | None:
        """The case under the cursor."""
        return self.points[self.number] if self.points else None

    @property
    def here(self) -> list[int]:
        """The numbers of the cases that stand where the cursor is."""
        return self._laid.at(self._laid.of(self.number)) if self.points else []

    def mark_of(self, behavior_id: str) -> tuple[str, str]:
        """Glyph and ink of a behavior."""
        index = self._behaviors.get(behavior_id)
        return ("·", "note") if index is None else (marker(index), ink(index))

    # What people do.

    def action_walk(self, right: int, down: int) -> None:
        """Go to the case that is next in a direction."""
        if self.points:
            found = self._laid.next(self._laid.of(self.number), right, down)
            if found is not None:
                self._go(found)

    def action_turn(self, by: int) -> None:
        """Go to the next of the cases that stand in this place."""
        here = self.here
        if len(here) > 1:
            self._go(here[(here.index(self.number) + by) % len(here)] if self.number in here else here[0])

    def action_zoom(self, factor: float) -> None:
        """Look closer or from farther away, around the cursor; 0 shows all."""
        point = self.point
        zoom = round(self.view.zoom * factor) if factor else 1
        if (point and 1 <= zoom <= MOST_ZOOM) or not factor:
            self.view = self.view.around(point, zoom) if point else View()
            self._cells = None
            self._moved()

    def action_only(self) -> None:
        """Show the chosen behavior only, or all again."""
        if self.chosen is None:
            self.notify("choose one behavior first: ] turns to the next", markup=False)
        else:
            self.alone = not self.alone
            self.choose(self.chosen)

    def action_open(self) -> None:
        """Ask for all of the case under the cursor."""
        if self.point:
            self.post_message(self.Opened(self, self.point.case_id))

    def on_click(self, event: events.Click) -> None:
        """A click goes to the nearest case, a second one opens it."""
        place = event.get_content_offset(self)
        if place is None or not self.points:
            return
        found = self._laid.nearest((place.x, place.y - self._top))
        if found is not None and self._laid.of(found) != self._laid.of(self.number):
            self._go(found)
        if event.chain == 2:
            self.action_open()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel looks closer."""
        event.stop()
        self.action_zoom(2)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel looks from farther away."""
        event.stop()
        self.action_zoom(0.5)

    def _go(self, number: int) -> None:
        """Put the cursor on a case, and bring it into view."""
        self.number = number
        if self.points and not self._laid.holds(self._laid.of(number)):
            self.view = self.view.around(self.points[number], self.view.zoom)
            self._cells = None
        self._moved()

    def _moved(self) -> None:
        self._drawn = None
        self.refresh()
        self.post_message(self.Walked(self))

    # Drawing.

    @property
    def _alone(self) -> bool:
        return self.alone and any(point.behavior_id == self.chosen for point in self.points)

    @property
    def _top(self) -> int:
        """The rows above the map."""
        size = self.content_size
        return legend(Canvas(size.width, size.height), self._names) if self.named and self._names else 0

    @property
    def _laid(self) -> Cells:
        width, height = self.content_size
        size = (width, max(height - self._top, 1))
        if self._cells is None or self._cells.size != size:
            alone, numbers = self._alone, range(len(self.points))
            shown = (number for number in numbers if not alone or self.points[number].behavior_id == self.chosen)
            self._cells = Cells(self.points, self.view, size, shown)
        return self._cells

    def render_line(self, y: int) -> Strip:
        """One line of the map."""
        size, base = self.content_size, self.rich_style
        if not 0 <= y < size.height:
            return Strip.blank(size.width, base)
        if not self.points:
            hint = hint_line(self.nothing, y, size, base + self._style("hint"))
            return hint or Strip.blank(size.width, base)
        if self._drawn is None or self._drawn[0] != size:
            self._drawn = (size, self._draw(size))
        row = self._drawn[1].row(y)
        styles = {name: base + self._style(name) for name in {name for _, name in row}}
        segments = [Segment(text, styles[name]) for text, name in row]
        return Strip(segments).adjust_cell_length(size.width, base)

    def _draw(self, size: Size) -> Canvas:
        canvas, top, cells = Canvas(size.width, size.height), self._top, self._laid
        if top:
            legend(canvas, self._names)
        column, row = cells.of(self.number)
        _guides(canvas, column, row + top, top)
        for place, numbers in cells.visible():
            behavior = self._most(numbers)
            glyph, name = self.mark_of(behavior)
            canvas.put(place[0], place[1] + top, glyph, f"{name}{self._weight(behavior)}")
        if row >= 0:
            canvas.put(column, row + top, self.mark_of(self.points[self.number].behavior_id)[0], _CURSOR)
        return canvas

    def _most(self, numbers: Sequence[int]) -> str:
        """Whose glyph a place has: the chosen behavior's, else that of the most cases there."""
        behaviors = [self.points[number].behavior_id for number in numbers]
        if self.chosen in behaviors or len(behaviors) == 1:
            return self.chosen if self.chosen in behaviors and self.chosen else behaviors[0]
        return Counter(behaviors).most_common(1)[0][0]

    def _weight(self, behavior_id: str) -> str:
        return "" if self.chosen is None else "-bold" if behavior_id == self.chosen else "-dim"

    def _style(self, name: str) -> Style:
        if not name:
            return Style()
        plain, _, weight = name.rpartition("-") if name.endswith(("-dim", "-bold")) else (name, "", "")
        if weight:
            return self._style(plain) + (Style(dim=True) if weight == "dim" else Style(bold=True))
        return self.get_component_rich_style(f"map--{'guide' if name == GRID else name}")


def _guides(canvas: Canvas, column: int, row: int, top: int) -> None:
    """Faint lines through the cursor, so that it is found at once."""
    if row >= top:
        canvas.put(0, row, "┈" * canvas.width, GRID)
    for y in range(top, canvas.height):
        canvas.put(column, y, "┊", GRID)


def _number_of(points: Sequence[MapPoint], case_id: str) -> int:
    return next((number for number, point in enumerate(points) if point.case_id == case_id), 0)


def _middle(points: Sequence[MapPoint], behavior_id: str, otherwise: int) -> int:
    """The case of a behavior that lies nearest to the middle of all its cases."""
    own = [number for number, point in enumerate(points) if point.behavior_id == behavior_id]
    if not own:
        return otherwise
    x, y = (_median(values) for values in zip(*((points[n].x, points[n].y) for n in own), strict=True))
    return min(own, key=lambda number: (points[number].x - x) ** 2 + (points[number].y - y) ** 2)


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
