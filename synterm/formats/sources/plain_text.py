"""Plain text: each line an input, or each block between blank lines."""

from __future__ import annotations

from collections.abc import Iterator

from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow
from synterm.formats.sources.lines import MOST_CHARACTERS, lines_of
from synterm.formats.sources.peek import Peek

NAME = "text"


class PlainText(Source):
    """A line each."""

    name = "text"
    title = "plain text: a line each; blank lines count for nothing"
    tells_expected = True

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        return peek.ending in (".txt", ".text", ".md", ".list")

    def rows(self, file: SourceFile) -> Rows:
        for number, line in lines_of(file):
            if isinstance(line, InputError):
                yield line
            elif line.strip():
                yield _row(file, number, line.strip("\r\n"))


class TextBlocks(Source):
    """A block each."""

    name = "blocks"
    title = "plain text: what stands between blank lines is one input"
    tells_expected = True

    def rows(self, file: SourceFile) -> Rows:
        block: list[str] = []
        begin = size = 0
        for number, line in _with_end(file):
            if isinstance(line, InputError):
                yield line
                return
            if line.strip():
                begin, size = begin if block else number, size + len(line)
                block.append(line)
                if size <= MOST_CHARACTERS:
                    continue
                yield InputError(f"a block of over {MOST_CHARACTERS:,} characters", where=file.at(begin))
            elif block:
                yield _row(file, begin, "".join(block).rstrip("\r\n"))
            block, size = [], 0


def _with_end(file: SourceFile) -> Iterator[tuple[int, str | InputError]]:
    yield from lines_of(file)
    yield 0, ""


def _row(file: SourceFile, number: int, text: str) -> SourceRow:
    return SourceRow(file.at(number), number, {NAME: text.replace("\r\n", "\n")}, whole=True, bare=True)
