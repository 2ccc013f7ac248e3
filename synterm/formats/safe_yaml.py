"""YAML as data that people write: JSON's types, bounded, and with the line of each value.

No tags, no merge keys, no names twice, few aliases, one document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import yaml

from synterm.core.problems import Path
from synterm.errors import InputError
from synterm.formats.yaml_scalars import is_whole, resolve

MAX_CHARACTERS = 20_000_000
MAX_DEPTH = 50
MAX_ALIASES = 100
MAX_EXPANDED = 1_000_000
"""How many values all aliases together may stand for."""

_HARMLESS_TAGS = frozenset((None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"))
_Lines: TypeAlias = "dict[str, int] | list[int]"


@dataclass(frozen=True, slots=True)
class Document:
    """What a YAML text says."""

    data: Any
    """None, bool, int, float, str, list and dict with names of text; what an alias stands for is shared."""
    name: str
    _lines: dict[int, _Lines]
    """By the id of each list and dict: the line of each of its values."""
    _first: int = 1
    """The line that the text begins on."""

    def line(self, path: Path) -> int:
        """The line, from 1, of what stands at `path`, or of the innermost part of the path that exists."""
        value, line = self.data, self._first
        for step in path:
            if not _has(value, step):
                break
            line = cast("Any", self._lines[id(value)])[step]
            value = value[step]
        return line

    def where(self, path: Path) -> str:
        """``project.yaml line 17``."""
        return f"{self.name} line {self.line(path)}"


def load_yaml(text: str, *, name: str, line: int = 1, depth: int = MAX_DEPTH) -> Document:
    """The one document in `text`, which begins on the line `line` of its file and nests no deeper than `depth`.

    Raises InputError naming `name` and the line.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"over {MAX_CHARACTERS:,} characters long", where=name)
    builder = _Builder(name, line, depth)
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        number = line + (mark.line if mark else 0)
        raise InputError(error.problem or "not YAML", where=f"{name} line {number}") from error
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise InputError(f"not YAML: {str(error).splitlines()[0]}", where=name) from error
    return Document(builder.data, name, builder.lines, line)


def _events(text: str) -> Iterator[Any]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return cast("Iterator[Any]", yaml.parse(text, Loader=loader))


def _has(value: Any, step: str | int) -> bool:
    if isinstance(step, int):
        return isinstance(value, list) and step < len(cast("list[Any]", value))
    return isinstance(value, dict) and step in value


@dataclass(frozen=True, slots=True)
class _Node:
    value: Any
    size: int
    height: int


@dataclass(slots=True)
class _Open:
    """A list or dict that is being read."""

    value: Any
    lines: Any
    anchor: str | None
    line: int
    size: int = 1
    """Values in it so far, with aliases expanded."""
    height: int = 1
    key: str | None = None
    key_line: int = 0

    @property
    def wants_key(self) -> bool:
        return self.key is None and isinstance(self.value, dict)

    def add(self, value: Any, size: int, height: int, line: int) -> None:
        self.size += size
        self.height = max(self.height, height + 1)
        if self.key is None:
            self.value.append(value)
            self.lines.append(line)
        else:
            self.value[self.key] = value
            self.lines[self.key] = self.key_line
            self.key = None


@dataclass(slots=True)
class _Builder:
    """Makes the data from the parser's events, one at a time, so that a bad text is refused before it grows."""

    name: str
    first: int = 1
    depth: int = MAX_DEPTH
    data: Any = None
    lines: dict[int, _Lines] = field(default_factory=dict[int, _Lines])
    _open: list[_Open] = field(default_factory=list[_Open])
    _anchors: dict[str, _Node] = field(default_factory=dict[str, _Node])
    _documents: int = 0
    _aliases: int = 0
    _expanded: int = 0

    def take(self, event: Any) -> None:
        """One event."""
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.SequenceStartEvent():
                self._start([], [], event)
            case yaml.MappingStartEvent():
                self._start({}, {}, event)
            case yaml.CollectionEndEvent():
                self._end()
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise self._error("a second document begins", event)
            case _:
                pass

    def _scalar(self, event: Any) -> None:
        self._check_tag(event)
        if not is_whole(event.value):
            raise self._error("holds half a character", event)
        if self._open and self._open[-1].wants_key:
            self._key(event)
            return
        try:
            value = resolve(event.value) if event.implicit[0] and event.tag is None else event.value
        except ValueError as error:
            raise self._error(str(error), event) from error
        self._put(_Node(value, 1, 0), event.anchor, self._line(event))

    def _key(self, event: Any) -> None:
        opened = self._open[-1]
        if event.value in opened.value:
            raise self._error(f"{event.value!r} stands twice", event)
        opened.key, opened.key_line = event.value, self._line(event)

    def _start(self, value: Any, lines: Any, event: Any) -> None:
        self._check_tag(event)
        self._check_place(event, 1)
        self.lines[id(value)] = lines
        self._open.append(_Open(value, lines, event.anchor, self._line(event)))

    def _end(self) -> None:
        closed = self._open.pop()
        self._put(_Node(closed.value, closed.size, closed.height), closed.anchor, closed.line)

    def _alias(self, event: Any) -> None:
        node = self._anchors.get(event.anchor)
        if node is None:
            raise self._error(f"nothing before is named &{event.anchor}", event)
        self._aliases += 1
        self._expanded += node.size
        if self._aliases > MAX_ALIASES:
            raise self._error(f"more than {MAX_ALIASES} aliases", event)
        if self._expanded > MAX_EXPANDED:
            raise self._error(f"aliases stand for more than {MAX_EXPANDED:,} values", event)
        self._check_place(event, node.height)
        self._put(node, None, self._line(event))

    def _put(self, node: _Node, anchor: str | None, line: int) -> None:
        """Place a finished value in what is open around it."""
        if anchor:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1].add(node.value, node.size, node.height, line)
        else:
            self.data = node.value

    def _check_tag(self, event: Any) -> None:
        if event.tag not in _HARMLESS_TAGS:
            raise self._error(f"tags such as {event.tag} are not read", event)

    def _check_place(self, event: Any, height: int) -> None:
        if self._open and self._open[-1].wants_key:
            raise self._error("a name must be a text", event)
        if len(self._open) + height > self.depth:
            raise self._error(f"nests deeper than {self.depth}", event)

    def _line(self, event: Any) -> int:
        return self.first + event.start_mark.line

    def _error(self, message: str, event: Any) -> InputError:
        return InputError(message, where=f"{self.name} line {self._line(event)}")
