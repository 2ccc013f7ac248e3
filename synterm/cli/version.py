"""``synterm --version``: what a report of a fault should say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from synterm.care.about import About, about
from synterm.cli.output import data
from synterm.errors import ExitCode, UsageError, did_you_mean

_KINDS = {"wheel": "from a wheel", "editable": "editable, from a checkout", "folder": "not installed: from a folder"}


def show(words: Sequence[str]) -> int:
    """Write the version, then what it stands on; with ``--json`` as JSON."""
    if words and list(words) != ["--json"]:
        near = did_you_mean(words[0], ("--json",)) or ""
        raise UsageError(
            f"unexpected {words[0]!r} after --version", hint=near if "mean" in near else "--version --json"
        )
    found = about()
    if words:
        data(json.dumps(asdict(found), indent=2))
    else:
        # Programs read the first line.
        data(f"synterm {found.synterm}")
        for name, said in _rows(found):
            data(f"  {name:<10} {said}")
    return ExitCode.OK


def _rows(found: About) -> Iterator[tuple[str, str]]:
    yield "installed", _KINDS[found.installed]
    yield "Python", found.python
    yield "platform", found.platform
    yield "SQLite", f"{found.sqlite}, of {found.sqlite_module}"
    heads = iter(("packages",))
    for some in _in_lines([f"{name} {version or 'missing'}" for name, version in found.packages.items()]):
        yield next(heads, ""), some
    yield "extras", _extras(found.extras)
    yield "embedded", f"model {'fetched' if found.embedded_model else 'not fetched (synterm models pull default)'}"
    said = ", ".join(f"{name} {value}" if value is not None else f"no {name}" for name, value in found.terminal.items())
    yield "terminal", f"{found.columns} × {found.lines}, {found.encoding}, {said}"
    yield from found.folders.items()


def _extras(extras: dict[str, bool] | None) -> str:
    if extras is None:
        return "not known: synterm is not installed"
    there, missing = ([name for name, has in extras.items() if has is kind] for kind in (True, False))
    return (", ".join(there) or "none") + (f" (not {said})" if (said := ", ".join(missing)) else "")


def _in_lines(parts: Sequence[str], width: int = 66) -> Iterator[str]:
    line = ""
    for part in parts:
        if line and len(line) + len(part) + 2 > width:
            yield f"{line},"
            line = ""
        line = f"{line}, {part}" if line else part
    yield line
