"""What a person is told of a project file that was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from synterm.cli.output import say
from synterm.core.tree import LEVELS
from synterm.formats.build import Built
from synterm.text import plural

_ALWAYS = ("case", "prompt", "model")
_RESULTS = {"runs": "run", "evaluations": "evaluation", "responses": "answer", "baselines": "baseline"}


def tell_made(path: Path, built: Built) -> None:
    """What is in it, what is not, what may not work, and what to do next."""
    say(f"made {path}: {', '.join(_contents(built)) or 'empty'}")
    for doubt in built.doubts:
        say(f"kept as it was, though: {doubt}")
    if built.told:
        told = " and ".join(plural(count, name) for name, count in sorted(built.told.items(), reverse=True))
        say(f"left out: {told}, of which this text only tells; synterm dump --all writes them whole")
    counts = built.counts
    if all(counts[name] for name in _ALWAYS):
        say(f"next: synterm {path} opens it, synterm run {path} evaluates it")
    else:
        say(f"next: synterm {path} opens it, synterm add {path} --help fills it from the command line")


def _contents(built: Built) -> Iterator[str]:
    counts = built.counts
    if not any(counts.values()):
        return
    for name in (*LEVELS, *_ALWAYS, "document", "verdict"):
        if counts[name] or name in _ALWAYS:
            yield plural(counts[name], name)
    for table, name in _RESULTS.items():
        if counts[table]:
            yield plural(counts[table], name)
