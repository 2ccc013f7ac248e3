"""Writes workbench-keys.md, the page on every key, from the bindings themselves: ``python docs/workbench_keys.py``."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from from_code import cell
from textual.keys import KEY_NAME_REPLACEMENTS

from synterm.tui.app import WorkbenchApp
from synterm.tui.keys import Known, known_bindings

PAGE = Path(__file__).parent / "workbench-keys.md"
CHAPTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Everywhere": ("Also where text is typed, but for single letters and signs.", ("app",)),
    "The workbench": ("Wherever the focus is.", ("view", "live", "screens", "project", "model", "baseline")),
    "Lists": ("The cursor of every list, table and map.", ("list", "table", "heat", "map")),
    "Behaviors": ("The tree.", ("behaviors",)),
    "Cases": ("The list, and a case that is edited in its row.", ("cases", "row", "tags")),
    "Prompt": ("The editor, its search line, and the versions (`ctrl+o`).", ("prompt", "find", "versions")),
    "Results": ("The grid, and its columns (`c`).", ("results", "columns")),
    "Why": ("`enter` on a result: what was asked, answered and judged.", ("why",)),
    "Coverage": ("[coverage.md](coverage.md)", ("coverage",)),
    "Import": ("[import.md](import.md)", ("import",)),
    "Generate": ("[generate.md](generate.md)", ("generate", "thresholds")),
    "Drafts": ("Cases that wait for review, and those that were rejected.", ("drafts", "rejected")),
    "Compare": ("Variants side by side.", ("compare",)),
    "History": ("Recorded runs: [history.md](history.md), [baselines.md](baselines.md).", ("history", "run")),
    "Review": ("Answers, judged by people: [review.md](review.md).", ("review",)),
    "Distill": ("[distill-screen.md](distill-screen.md)", ("distill", "probe")),
    "Fine-tune": ("[finetune-screen.md](finetune-screen.md)", ("finetune", "aside", "export")),
    "Production": ("[inbox-screen.md](inbox-screen.md)", ("inbox",)),
    "Trust": ("Shown before a project of someone else is opened: [trust.md](trust.md).", ("trust",)),
    "Windows": (
        "Forms, questions and lists that open over a screen.",
        ("form", "pick", "confirm", "choose", "one_key", "text", "place", "fetch", "keys", "settings", "theme", "tour"),
    ),
}
"""Each part of the page, a sentence on it, and what the ids of its commands begin with."""
_LONG = {short: long for long, short in KEY_NAME_REPLACEMENTS.items()}
"""The Unicode names of signs that Textual has a shorter one for."""
HEAD = """\
# Every key of the workbench

<!-- Made by docs/workbench_keys.py from the bindings themselves (synterm/tui): change those. -->

`f1` shows those of where you are, and `ctrl+p` finds a command by its name. The mouse does what keys do. What they are
for: [workbench.md](workbench.md).

Any of them can have other keys: a line in the table `keys` of your [settings](settings-reference.md) names the id of
the command and its keys, with commas between. What is wrong with one, or what two commands would share, is said at the
start.

```toml
[keys]
"results.why" = "i,enter"
"app.quit" = "ctrl+x"
```
"""


def page() -> str:
    """The whole page, as Markdown. Raises LookupError for a command that has no place on it."""
    every = known_bindings()
    if not any(name.startswith("app.") for name in every):
        raise LookupError(f"the bindings of {WorkbenchApp.__name__} are missing")
    placed = {prefix for _, prefixes in CHAPTERS.values() for prefix in prefixes}
    if strange := {name.partition(".")[0] for name in every} - placed:
        raise LookupError(f"docs/workbench_keys.py: CHAPTERS lacks {', '.join(sorted(strange))}")
    lines = [HEAD]
    for title, (about, prefixes) in CHAPTERS.items():
        lines += [f"## {title}\n", f"{about}\n", *_table(every, prefixes), ""]
    return "\n".join(lines)


def _table(every: dict[str, list[Known]], prefixes: tuple[str, ...]) -> Iterator[str]:
    yield "| key | | id |\n| --- | --- | --- |"
    for prefix in prefixes:
        found = {name: known for name, known in every.items() if name.partition(".")[0] == prefix}
        # What the line below a screen tells of goes first, as in the list of keys.
        for name in sorted(found, key=lambda name: not found[name][0].binding.show):
            yield f"| {_keys(found[name])} | {cell(_words(found[name][0]))} | `{name}` |"


def _keys(known: list[Known]) -> str:
    """All keys of a command, wherever it is."""
    every = (key for one in known for key in one.binding.key.split(","))
    return " ".join(f"`{_shown(key)}`" for key in dict.fromkeys(key for key in every if key))


def _shown(key: str) -> str:
    *held, last = key.split("+")
    with suppress(KeyError):
        sign = unicodedata.lookup(_LONG.get(last, last).replace("_", " "))
        last = sign if sign.isprintable() and sign != " " else last
    return "+".join((*held, cell(last)))


def _words(known: Known) -> str:
    said, name = known.binding.tooltip, known.binding.description
    return said if not name or said.lower().startswith(name.lower()) else f"**{name}**: {said[:1].lower()}{said[1:]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
