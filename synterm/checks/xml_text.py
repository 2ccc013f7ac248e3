"""XML in answers, read by expat: nothing is fetched, and no entity is expanded that the text itself declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from xml.parsers import expat

from synterm.text import storable

_TAG = re.compile(r"<(/?)([A-Za-z_][^\s<>/=\"']*)((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>")
_MOST_PIECES = 1000
_WORK = 3
"""How many times its length may be read of a text whose tags promise XML and hold none."""


class XmlError(ValueError):
    """The text is not XML, or not XML that is read here."""


def read_xml(text: str, wanted: Sequence[str] = ()) -> list[str]:
    """Which of the wanted elements, each a path from the root (``order.item``), a document does not have.

    Raises XmlError for a text that is not one well-formed document, and for one with declarations of its own: those
    can make a short text endless.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_declarations
    paths = _Paths(wanted)
    if wanted:
        parser.StartElementHandler, parser.EndElementHandler = paths.start, paths.end
    try:
        parser.Parse(storable(text), True)
    except expat.ExpatError as error:
        raise XmlError(f"not XML: {expat.ErrorString(error.code)}, line {error.lineno}") from error
    return paths.missing


def xml_within(text: str) -> Iterator[str]:
    """Pieces of `text` that look like an element from its start to its end, from left to right: an element before those
    within it.

    Raises ValueError when they come to so much that looking on would take too long.
    """
    left = _WORK * len(text)
    spans = sorted(_elements(text), key=lambda span: (span[0], -span[1]))
    for number, (start, end) in enumerate(spans):
        left -= end - start
        if left < 0 or number == _MOST_PIECES:
            raise ValueError("too many tags without the XML that is looked for")
        yield text[start:end]


def _elements(text: str) -> Iterator[tuple[int, int]]:
    """Where each element starts and ends, by its tags."""
    opened: list[tuple[str, int]] = []
    for match in _TAG.finditer(text):
        name = match[2]
        if match[1]:
            if opened and opened[-1][0] == name:
                yield opened.pop()[1], match.end()
            else:
                opened.clear()
        elif match[3].endswith("/"):
            yield match.start(), match.end()
        else:
            opened.append((name, match.start()))


def _refuse_declarations(_name: str, _system: Any, _public: Any, has_declarations: int) -> None:
    if has_declarations:
        raise XmlError("has declarations of its own in its DOCTYPE, which are not read")


class _Paths:
    """Which paths of elements a document has, found while it is read."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self._wanted = {path: path.split(".") for path in wanted}
        self._open: list[list[str]] = [list(self._wanted)]
        """For the document and each element that is open, the wanted paths that lead through it."""

    @property
    def missing(self) -> list[str]:
        """The wanted paths that did not come."""
        return list(self._wanted)

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """An element begins."""
        depth = len(self._open) - 1
        through: list[str] = []
        for path in self._open[-1]:
            steps = self._wanted.get(path, ())
            if depth < len(steps) and steps[depth] == name:
                through.append(path)
                if depth == len(steps) - 1:
                    del self._wanted[path]
        self._open.append(through)

    def end(self, _name: str) -> None:
        """It ends."""
        self._open.pop()
