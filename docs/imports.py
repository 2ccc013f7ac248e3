"""Draws the folders of the code and what they import, from the code itself: ``python docs/imports.py``.

Two pictures, for a light and a dark page; a test says when they are old. Arrows that follow from others are left out:
that the workbench imports `core` goes without saying where it imports what imports `core`.
"""

from __future__ import annotations

import importlib.util
import textwrap
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from math import sqrt
from pathlib import Path

import grimp
from layered import Layout, layout, reduced

HERE = Path(__file__).parent
THEMES = {"light": "synterm-light", "dark": "synterm-dark"}
ROOT = "synterm"
TOGETHER = {
    "cli": ("cli", "__main__"),
    "settings": ("settings", "settings_file", "settings_form"),
    "errors · text · paths": ("errors", "text", "paths", "hidden", "strays", "glance"),
}
"""Modules that share a box."""
ABOUT = {
    "care": "The installation, project files, and copies of them",
    "formats": "Import and export, and the text form of a project",
    "describe": "Generators, the pipeline and its filters, coverage",
    "evaluate": "The engine: plan → schedule → complete → check → record",
    "context": "Documents cut into chunks, and the chunks that fit a query",
    "executors": "Workers of Dask or Ray, which ask the models and judge",
    "reports": "For a terminal, as HTML, JSON and JUnit, and for GitHub",
    "providers": "Models: the embedded one, LiteLLM's many, apps",
    "storage": "The project file: SQLite. The only place that speaks SQL",
    "analysis": "What a text tells by itself: meaning, language, mood",
    "plugins": "From names to classes, this package's or another one's",
    "settings": "The user's own file",
    "errors · text · paths": "What all others stand on",
}
"""What is in a box, where its own words are too many."""
LOOP = ("describe", "evaluate", "distill", "finetune", "production")
WIDTH, HEIGHT, ROW, GAP, PASS, MARGIN = 232, 98, 148, 22, 12, 16


@dataclass(frozen=True)
class House:
    """What there is: boxes with their modules, and how many imports lead from one to another."""

    modules: Mapping[str, int]
    imports: Mapping[tuple[str, str], int]
    used: Mapping[str, int]
    """How many modules elsewhere import something of a box."""


def house() -> House:
    """Reads the code."""
    graph = grimp.build_graph(ROOT, cache_dir=None)
    modules, imports, users = Counter[str](), Counter[tuple[str, str]](), Counter[str]()
    for module in sorted(graph.modules - {ROOT}):
        own = _box(module)
        modules[own] += 1
        for box, number in Counter(map(_box, graph.find_modules_directly_imported_by(module) - {ROOT})).items():
            if box != own:
                imports[own, box] += number
                users[box] += 1
    return House(modules, imports, users)


def _box(module: str) -> str:
    part = module.split(".")[1]
    return next((box for box, parts in TOGETHER.items() if part in parts), part)


def files() -> dict[Path, str]:
    """The pictures by their paths."""
    known = house()
    laid = layout(sorted(known.modules), reduced(known.imports), WIDTH, PASS, GAP)
    return {HERE / "pictures" / f"imports-{name}.svg": draw(known, laid, theme) for name, theme in THEMES.items()}


def draw(known: House, laid: Layout, theme: str) -> str:
    """One picture, as SVG."""
    said = tomllib.loads((HERE.parent / "themes" / f"{theme}.toml").read_text(encoding="utf-8"))
    colours = {**said["colors"], "line": said["variables"]["border"]}
    wide = max(laid.x[name] + laid.widths[name] / 2 for name in laid.x) + 2 * MARGIN
    high = len(laid.rows) * ROW - (ROW - HEIGHT) + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high}" role="img" '
        'font-family="Helvetica, Arial, Liberation Sans, sans-serif">',
        "<title>The folders of synterm and what they import</title>",
        f'<rect width="100%" height="100%" rx="10" fill="{colours["background"]}"/>',
        f'<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 .5 7.5 4 0 7.5z" fill="{colours["primary"]}"/>'
        "</marker></defs>",
        *_arrows(known, laid, colours),
        *(
            line
            for row in laid.rows
            for name in row
            if name in known.modules
            for line in _node(name, known, laid, colours)
        ),
        "</svg>",
    ]
    return "\n".join((*parts, ""))


def _top(name: str, laid: Layout) -> float:
    return MARGIN + ROW * next(at for at, row in enumerate(laid.rows) if name in row)


def _arrows(known: House, laid: Layout, colours: Mapping[str, str]) -> Iterator[str]:
    numbers: list[str] = []
    leaving, coming = _ports(laid)
    for edge, way in laid.ways.items():
        start = (leaving[edge], _top(way[0], laid) + HEIGHT)
        end = (coming[edge], _top(way[-1], laid) - 3)
        through = [(MARGIN + laid.x[name], _top(name, laid)) for name in way[1:-1]]
        path = f"M{start[0]:.1f} {start[1]:.1f}"
        at = start
        for x, y in [*through, (end[0], end[1])]:
            middle = (at[1] + y) / 2
            path += f"C{at[0]:.1f} {middle:.1f} {x:.1f} {middle:.1f} {x:.1f} {y:.1f}"
            at = (x, y)
            if (x, y) != end:
                path += f"V{y + HEIGHT:.1f}"
                at = (x, y + HEIGHT)
        number = known.imports[edge]
        yield (
            f'<path d="{path}" fill="none" stroke="{colours["primary"]}" stroke-opacity=".62" '
            f'stroke-width="{0.9 + sqrt(number) / 3.2:.2f}" marker-end="url(#end)"/>'
        )
        numbers.append(
            f'<text x="{start[0]:.1f}" y="{start[1] + 17:.1f}" text-anchor="middle" font-size="12.5" '
            f'fill="{colours["foreground"]}" stroke="{colours["background"]}" stroke-width="4" '
            f'paint-order="stroke">{number}</text>'
        )
    yield from numbers


def _ports(laid: Layout) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """Where each edge leaves its box and comes into the other one: in the order of where they lead."""
    leaving: dict[tuple[str, str], float] = {}
    coming: dict[tuple[str, str], float] = {}
    for ports, own, beside in ((leaving, 0, 1), (coming, -1, -2)):
        for name in {way[own] for way in laid.ways.values()}:
            edges = sorted(
                (edge for edge, way in laid.ways.items() if way[own] == name),
                key=lambda edge: laid.x[laid.ways[edge][beside]],
            )
            step = min(44.0, (WIDTH - 40) / max(1, len(edges)))
            for at, edge in enumerate(edges):
                ports[edge] = MARGIN + laid.x[name] + (at - (len(edges) - 1) / 2) * step
    return leaving, coming


def _node(name: str, known: House, laid: Layout, colours: Mapping[str, str]) -> Iterator[str]:
    x, y = MARGIN + laid.x[name] - WIDTH / 2, _top(name, laid)
    loop = name in LOOP
    edge = colours["accent"] if loop else colours["line"]
    yield (
        f'<rect x="{x:.1f}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="9" fill="{colours["surface"]}" '
        f'stroke="{edge}" stroke-width="{1.8 if loop else 1.2}"/>'
    )
    yield (
        f'<text x="{x + 14:.1f}" y="{y + 25}" font-size="17" font-weight="600" fill="{colours["foreground"]}">'
        f"{escape(name)}</text>"
    )
    yield (
        f'<text x="{x + 14:.1f}" y="{y + HEIGHT - 12}" font-size="12.5" fill="{colours["foreground"]}" '
        f'fill-opacity=".7">{_size(name, known)}</text>'
    )
    for at, line in enumerate(textwrap.wrap(_about(name), 31)[:2]):
        yield (
            f'<text x="{x + 14:.1f}" y="{y + 45 + at * 17}" font-size="13.5" fill="{colours["foreground"]}" '
            f'fill-opacity=".85">{escape(line)}</text>'
        )


def _size(name: str, known: House) -> str:
    number, used = known.modules[name], known.used[name]
    said = f"{number} module{'s' if number != 1 else ''}"
    return f"{said} · imported by {used:,}" if used else said


def _about(name: str) -> str:
    """What a folder says of itself, shortened."""
    if name in ABOUT:
        return ABOUT[name]
    spec = importlib.util.find_spec(f"{ROOT}.{name}")
    assert spec is not None and spec.origin is not None
    first = Path(spec.origin).read_text(encoding="utf-8").split('"""')[1].split("\n")[0]
    head, colon, rest = first.partition(": ")
    text = rest if colon and head.startswith("Step") else first.partition(". ")[0] if not colon else f"{head}: {rest}"
    return text[:1].upper() + text[1:].rstrip(".")


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path}")
