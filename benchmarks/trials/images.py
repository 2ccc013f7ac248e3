"""Damaged and crafted databases, opened as projects: none may crash, hang or change anything.

    python benchmarks/trials/images.py test/fuzzdata3.db test/fuzzdata7.db

SQLite's own collections come with its source (``apt-get source sqlite3``, its folder ``test``). Each image gets the
mark of a project file; once as it is otherwise, once with a header that fits, so that it reaches SQLite. Besides,
a real project file is damaged at random. A process of its own opens them; should it die or stop answering, that counts.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synterm.core.case import Case
from synterm.core.model import ModelSpec
from synterm.core.tree import Node
from synterm.errors import ProjectError
from synterm.storage import opening
from synterm.storage.header import APPLICATION_ID, LENGTH, MAGIC, parse
from synterm.storage.look import looking
from synterm.storage.migrations import SCHEMA_VERSION
from synterm.storage.project import Project

_HANG_S = 60
_TABLES = "SELECT substr(name, 1, 100) FROM sqlite_schema WHERE type = 'table' LIMIT 20"
_CRASHED = "SQLite crashed in the process that looks"


@dataclass
class Tally:
    """What came of one collection."""

    title: str
    outcomes: Counter[str] = field(default_factory=Counter[str])
    deaths: int = 0
    hangs: int = 0
    changed: int = 0
    slowest_s: float = 0.0


def main() -> None:
    """Open them all and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="collections of images")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th image")
    parser.add_argument("--damaged", type=int, default=1000, metavar="N", help="so many damaged project files")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        _serve()
        return
    collections: list[tuple[str, Iterator[bytes]]] = []
    for file in args.files:
        collections.append((f"{file.name}, with the mark", _images(file, args.every, fitting=False)))
        collections.append((f"{file.name}, with a header that fits", _images(file, args.every, fitting=True)))
    with tempfile.TemporaryDirectory() as place:
        collections.append(("a project, damaged at random", _damaged(Path(place), args.damaged)))
        for title, images in collections:
            _print(_hold(title, images, Path(place)))


def _print(tally: Tally) -> None:
    ends = f"crashes {tally.deaths}, hangs {tally.hangs}, changed {tally.changed}, slowest {tally.slowest_s:.2f} s"
    print(f"\n### {tally.title}: {tally.outcomes.total():,} files\n\n{ends}\n")
    for outcome, count in tally.outcomes.most_common(12):
        print(f"{count:7,}  {outcome}", flush=True)


def _images(file: Path, every: int, *, fitting: bool) -> Iterator[bytes]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        for number, content in db.execute("SELECT dbid, dbcontent FROM db"):
            if number % every == 0:
                yield _marked(bytes(content or b""), fitting=fitting)


def _marked(content: bytes, *, fitting: bool) -> bytes:
    image = bytearray(content.ljust(LENGTH, b"\0"))
    image[68:72] = APPLICATION_ID.to_bytes(4, "big")
    if fitting:
        page = parse(bytes(image)).page_size
        if page < 512 or page & (page - 1):
            page = 1024
            image[16:18] = page.to_bytes(2, "big")
        image[:16], image[18:20], image[56:60] = MAGIC, b"\1\1", (1).to_bytes(4, "big")
        image[28:32], image[92:96] = max(1, len(image) // page).to_bytes(4, "big"), image[24:28]
        image[60:64] = SCHEMA_VERSION.to_bytes(4, "big")
    return bytes(image)


def _damaged(place: Path, count: int) -> Iterator[bytes]:
    path = place / "whole.db"
    with Project.create(path, "whole") as project:
        feature = Node(level="feature", name="Feature")
        behavior = Node(level="behavior", name="Behavior", parent_id=feature.id)
        scenario = Node(level="scenario", name="scenario", parent_id=behavior.id)
        project.nodes.put(feature, behavior, scenario).result()
        project.cases.put(Case(scenario_id=scenario.id, input={"m": str(n)}, expected="y") for n in range(300)).result()
        project.models.put(ModelSpec(name="stub", model="openai/stub")).result()
    whole, chance = path.read_bytes(), random.Random(3)
    path.unlink()
    for _ in range(count):
        image = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            # Most of what matters stands at the beginning of a page: its kind, its cells, its children.
            page = 4096 * chance.randrange(len(image) // 4096)
            at = page + (chance.randrange(64) if chance.random() < 0.7 else chance.randrange(4096))
            image[at] = chance.randrange(256)
        yield bytes(image)


def _hold(title: str, images: Iterator[bytes], place: Path) -> Tally:
    tally, server = Tally(title), _start()
    file = place / "image.db"
    for image in images:
        file.write_bytes(image)
        began = time.monotonic()
        answer = _ask(server, file)
        tally.slowest_s = max(tally.slowest_s, time.monotonic() - began)
        if answer is None:
            hung = server.poll() is None
            tally.hangs, tally.deaths = tally.hangs + hung, tally.deaths + (not hung)
            server.kill()
            server = _start()
        else:
            tally.outcomes.update([answer["outcome"]])
            if answer["outcome"].startswith("refused") and file.read_bytes() != image:
                tally.changed += 1
        file.unlink()
    server.kill()
    return tally


def _start() -> subprocess.Popen[str]:
    words = [sys.executable, __file__, "--serve"]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _ask(server: subprocess.Popen[str], file: Path) -> dict[str, Any] | None:
    """What came of it; None when the process died or does not answer."""
    import selectors

    assert server.stdin and server.stdout
    server.stdin.write(f"{file}\n")
    server.stdin.flush()
    with selectors.DefaultSelector() as ready:
        ready.register(server.stdout, selectors.EVENT_READ)
        if not ready.select(_HANG_S):
            return None
    line = server.stdout.readline()
    return json.loads(line) if line else None


def _serve() -> None:
    """Open each file that stdin names."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nobody is writing into what was written a moment ago: once is enough to look.
    opening._FRESH_NS = 0  # pyright: ignore[reportPrivateUsage]
    for line in sys.stdin:
        path = Path(line.rstrip("\n"))
        outcome = _opened(path)
        # With a header that does not fit, SQLite has little to look at.
        deeper = _deeper(path) if outcome.startswith("refused") and _fits(path) else ""
        print(json.dumps({"outcome": outcome + deeper}), flush=True)


def _opened(path: Path) -> str:
    try:
        project = Project.open(path)
    except ProjectError as error:
        return "refused: " + error.message.partition(" (")[0].partition(": ")[0]
    with project:
        try:
            list(project.cases.listing())
            project.models.all()
        except ProjectError as error:
            return "opened; " + error.message.partition(" (")[0]
    return "opened"


def _fits(path: Path) -> bool:
    return parse(path.read_bytes()[:LENGTH]).version == SCHEMA_VERSION


def _deeper(path: Path) -> str:
    """What SQLite makes of all its pages, in the process that looks: the schema alone keeps most out before."""
    try:
        with looking(path, path.stat().st_size, log=False, journal=False) as cage:
            cage.rows("PRAGMA quick_check(100)")
            for (name,) in cage.rows(_TABLES):
                cage.rows('SELECT count(*), max(length("rowid")) FROM "{}"'.format(str(name).replace('"', '""')))
    except ProjectError as error:
        return f"; {_CRASHED}" if "crashed" in error.message or "took more" in error.message else ""
    return ""


if __name__ == "__main__":
    main()
