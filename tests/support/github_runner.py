"""GitHub's runner, as far as it reads what a step prints and writes: by its documentation of workflow commands.

A line is a command that begins with ``::``, white space aside: ``::name key=value,key=value::message``. In an older
form it stands anywhere in a line: ``##[name key=value;key=value]message``. In messages ``%25 %0D %0A`` stand for
``% CR LF``, in values ``%3A %2C`` for ``: ,`` as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

KNOWN = frozenset(
    "error warning notice debug group endgroup add-mask add-matcher remove-matcher echo set-output save-state set-env "
    "add-path stop-commands internal-set-repo-path".split()
)
_BREAKS = re.compile("\r\n|\r|\n")


@dataclass(frozen=True)
class Command:
    """A command, as the runner understood it."""

    name: str
    message: str
    properties: dict[str, str] = field(default_factory=dict[str, str])


def commands_in(output: str) -> list[Command]:
    """The commands in what a step printed."""
    return [found for line in _BREAKS.split(output) if (found := _newer(line) or _older(line))]


def outputs_in(text: str) -> dict[str, str]:
    """The outputs that a file of a step sets: ``name=value``, or ``name<<DELIMITER`` and lines up to it."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        name, heredoc, delimiter = line.partition("<<")
        if line and heredoc and "=" not in name:
            value = list(iter(lambda: next(lines), delimiter))
            found[name] = "\n".join(value)
        elif line:
            name, equals, value = line.partition("=")
            assert equals, f"no output: {line!r}"
            found[name] = value
    return found


def _newer(line: str) -> Command | None:
    line = line.lstrip()
    if not line.startswith("::") or "::" not in line[2:]:
        return None
    head, _, message = line[2:].partition("::")
    name, _, given = head.partition(" ")
    pairs = (pair.partition("=") for pair in given.strip().split(",") if pair)
    properties = {key: _plain(_plain(value, "%3A", ":"), "%2C", ",") for key, _, value in pairs if value}
    return _command(name, message, {key: _unescaped(value) for key, value in properties.items()})


def _older(line: str) -> Command | None:
    found = re.search(r"##\[([^\] ]*)[^\]]*\](.*)", line)
    return _command(found[1], found[2], {}) if found else None


def _command(name: str, message: str, properties: dict[str, str]) -> Command | None:
    return Command(name, _unescaped(message), properties) if name in KNOWN else None


def _unescaped(text: str) -> str:
    return _plain(_plain(_plain(text, "%0D", "\r"), "%0A", "\n"), "%25", "%")


def _plain(text: str, escape: str, character: str) -> str:
    return text.replace(escape, character)
