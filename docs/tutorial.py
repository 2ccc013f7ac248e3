"""Runs the commands of the tutorial and of the how-to pages, and writes what they answer into the pages.

``python docs/tutorial.py`` says which blocks of tutorial.md would change, ``--write`` writes them, and other pages may
be named. It needs `synterm[local,analysis]` and a POSIX shell; the embedded model answers for some minutes.

A comment before a block of a page says what is done with it:

- ``<!-- run -->`` before ``console``: each line that begins with ``$ `` is a command, and what stands below it is what
  it answers. ``head=N`` ``tail=N`` keep so many lines of each answer, ``only=REGEX`` the lines that fit; gaps are
  ``…``. ``exit=N`` is how the last command of the block has to end. ``case=TEXT`` puts the id of the case that says
  TEXT in the place of the one in the commands, since ids are new in each project. ``same`` says that the answer is
  always the same, but for ids and times: a test runs these, in the order of the page.
- ``<!-- file NAME -->``: the block is that file.

All blocks of a page run one after the other in one scratch folder, with settings of their own.
"""

from __future__ import annotations

import difflib
import json
import os
import pty
import re
import selectors
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

DOCS = Path(__file__).parent
TUTORIAL = DOCS / "tutorial.md"
COLUMNS = 100
_MARKED = re.compile(
    r"^<!-- (?P<what>run|file)(?P<said> [^\n]*?)? -->\n```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.M | re.S
)
_ID = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{8}\b")
_OURS = re.compile("^(SYNTERM|GIT|GITHUB)_|KEY|TOKEN|SECRET")
"""Variables that no command of a guide may see."""
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")


@dataclass(frozen=True)
class Step:
    """A command of a block, and what the page says that it answers."""

    command: str
    answer: str


@dataclass(frozen=True)
class Block:
    """A marked block of a page."""

    what: str
    """``run`` or ``file``"""
    said: str
    """The words of the comment"""
    body: str
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    """The options; those without a value are there with an empty one"""

    @property
    def steps(self) -> list[Step]:
        """The commands, in order."""
        parts = re.split(r"^\$ ", self.body, flags=re.M)[1:]
        return [Step(command, answer) for command, _, answer in (part.partition("\n") for part in parts)]


def blocks(page: str) -> Iterator[Block]:
    """The marked blocks of a page."""
    for found in _MARKED.finditer(page):
        yield _block(found)


def _block(found: re.Match[str]) -> Block:
    said = (found["said"] or "").strip()
    words: dict[str, str] = {}
    for word in shlex.split(said) if found["what"] == "run" else []:
        name, _, value = word.partition("=")
        words[name] = value
    return Block(found["what"], said, found["body"], words)


def run_page(page: str, folder: Path) -> str:
    """The page with what its commands answer now. One that ends otherwise than its block says is told on stderr."""
    environment = surroundings(folder)
    work = folder / "work"
    work.mkdir()

    def again(found: re.Match[str]) -> str:
        block = _block(found)
        if block.what == "file":
            (work / block.said).write_text(block.body, encoding="utf-8")
            return found[0]
        print(f"{block.steps[0].command} …", file=sys.stderr)
        opening = found[0][: found.start("body") - found.start()]
        return f"{opening}{_answered(block, work, environment)}```"

    return _MARKED.sub(again, page)


def surroundings(folder: Path) -> dict[str, str]:
    """An environment in which nothing of this machine's settings, projects and services is at work."""
    kept = {name: value for name, value in os.environ.items() if not _OURS.search(name)}
    own = {f"SYNTERM_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "STATE", "LOG")}
    bin_first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    said = {
        "PATH": bin_first,
        "NO_COLOR": "1",
        "COLUMNS": str(COLUMNS),
        "TERM": "xterm",
        "TZ": "UTC",
        "HOME": os.environ["HOME"],
    }
    return kept | own | said | {"USER": "you", "LOGNAME": "you", "GIT_CONFIG_GLOBAL": os.devnull}


def _answered(block: Block, work: Path, environment: dict[str, str]) -> str:
    lines: list[str] = []
    code = 0
    for step in block.steps:
        command = _with_case(step.command, block.words.get("case"), work, environment)
        answer, code = answer_of(command, work, environment)
        lines += [f"$ {command}", *shortened(tidy(answer, work), block.words)]
    if code != int(block.words.get("exit", "0")):
        print("\n".join((*lines, f"UNEXPECTED: ended with {code}: {block.steps[-1].command}")), file=sys.stderr)
    return "".join(f"{line}\n" for line in lines)


def _with_case(command: str, text: str | None, work: Path, environment: dict[str, str]) -> str:
    """The command about the case that says `text`, whatever its id is in this project."""
    if text is None or not (known := _ID.search(command)):
        return command
    project = shlex.split(command)[2]
    said, _ = answer_of(f"synterm ls {project} cases --split all --status all --json", work, environment, wide=True)
    ids = [case["id"] for case in json.loads(said)["cases"] if text in json.dumps(case["input"], ensure_ascii=False)]
    if len(ids) != 1:
        raise SystemExit(f"{len(ids)} cases say {text!r}")
    return command.replace(known[0], ids[0][-8:])


def answer_of(command: str, work: Path, environment: dict[str, str], *, wide: bool = False) -> tuple[str, int]:
    """What a shell command writes, on a terminal of 100 columns but for lines that are drawn again; its exit code.

    `wide` is for what a program reads.
    """
    ours, theirs = pty.openpty()
    out = subprocess.PIPE if wide else theirs
    program = subprocess.Popen(
        ("bash", "-c", command), cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE
    )
    os.close(theirs)
    if wide:
        return program.communicate()[0].decode(), program.returncode
    assert program.stderr is not None
    said: list[bytes] = []
    begun: dict[int, bytes] = {ours: b"", program.stderr.fileno(): b""}
    with selectors.DefaultSelector() as both:
        for stream in begun:
            both.register(stream, selectors.EVENT_READ)
        while both.get_map():
            for key, _ in both.select():
                part = _part(key.fd)
                # Whole lines only: what is said on the other stream meanwhile must not land inside of one.
                whole, end, rest = (begun[key.fd] + part).rpartition(b"\n")
                said.append(whole + end)
                begun[key.fd] = rest
                if not part:
                    both.unregister(key.fd)
    os.close(ours)
    program.stderr.close()
    return b"".join((*said, *begun.values())).decode(), program.wait()


def _part(stream: int) -> bytes:
    try:
        return os.read(stream, 65536)
    except OSError:  # how a terminal says that nobody writes to it any more
        return b""


def tidy(text: str, work: Path) -> list[str]:
    """The lines of an answer without colours, spaces at ends and the scratch folder's name."""
    plain = _ESCAPES.sub("", text).replace("\r\n", "\n").replace(f"{work}/", "").replace(str(work), ".")
    return [line.rstrip() for line in plain.strip("\n").splitlines()]


def shortened(lines: list[str], words: Mapping[str, str]) -> list[str]:
    """The lines that a block keeps, with … in the place of the others."""
    if "only" in words:
        keep = [bool(re.search(words["only"], line)) for line in lines]
    elif "head" in words or "tail" in words:
        head, tail = int(words.get("head", "0")), int(words.get("tail", "0"))
        keep = [at < head or at >= len(lines) - tail for at in range(len(lines))]
    else:
        return lines
    kept: list[str] = []
    for line, wanted in zip(lines, keep, strict=True):
        if wanted:
            kept.append(line)
        elif line and kept[-1:] != ["…"]:
            kept.append("…")
    return kept


def same_everywhere(text: str) -> str:
    """A text without what differs from project to project: ids, days and times, digests."""
    text = re.sub(r"\b[0-9A-HJKMNP-TV-Z]{8}([0-9A-HJKMNP-TV-Z]{18})?\b|\b[0-9a-f]{8,64}\b", "ID", text)
    text = re.sub(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:[\d.]+Z?)?)?", "DAY", text)
    return re.sub(r"\d+(\.\d+)? (µs|ms|s)\b|\((now|\d+ \w+ ago)\)", "TIME", text)


def main() -> int:
    """Do as the command line says: 1 where a page is not what its commands answer."""
    pages = [DOCS / Path(name).name for name in sys.argv[1:] if name != "--write"] or [TUTORIAL]
    old = 0
    for path in pages:
        with tempfile.TemporaryDirectory() as folder:
            page = path.read_text(encoding="utf-8")
            made = run_page(page, Path(folder))
        old += made != page
        if "--write" in sys.argv:
            path.write_text(made, encoding="utf-8")
        else:
            sys.stdout.writelines(difflib.unified_diff(page.splitlines(True), made.splitlines(True), path.name, "now"))
    return 1 if old and "--write" not in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
