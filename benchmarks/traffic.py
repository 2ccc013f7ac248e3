"""Bringing logs in: `synterm import --as production` of LiteLLM's logs and of a table, of two lengths each."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from support import contenders, options, tables
from support.measure import Run, measure
from support.tables import Must

MUST_S = 300.0
"""For a log of 1 000 000 lines."""
MUST_GROWTH = 1.25
"""How many times the memory of a log of 100 000 lines a ten times longer one may take."""
_WORDS = (
    "please move the meeting with Ines to Monday at noon summarize what we said about the budget and who left".split()
)
_LABELS = ("schedule", "summarize", "retrieve", "clarify", "out_of_scope")
_PERSONAL = (
    "write to {n}.joe@acme-{n}.com",
    "call +1 415 555 2671",
    "my card is 4111 1111 1111 1111",
    "the server is 8.8.{n}.8",
    "use the key sk-abcdefghijklmnopqrst{n:06}",
)
"""One line of 20 holds one of these."""
_BEGAN = 1_760_000_000


def main() -> None:
    """Import logs of lines that differ, and measure the whole process."""
    made = options.parser(__doc__)
    made.add_argument("--lines", type=int, default=1_000_000, help="of the longer log (default %(default)s)")
    made.add_argument("--folder", type=Path, help="where the logs are made, and kept (default: a temporary one)")
    args = options.parse(made)
    longest = 20_000 if args.quick else args.lines
    with tempfile.TemporaryDirectory() as place:
        rows, musts = _measured(args.folder or Path(place), longest)
    text = "\n\n".join([tables.promises(musts), NOTE, tables.table(_HEADS, rows)])
    options.finish(args, "traffic", "Bringing logs in", text)


NOTE = """\
The whole process of `synterm import my.db log.jsonl --as production` into the sample project, which has 154 cases.
Lines are as LiteLLM logs them, about 900 bytes long, with another text of 5 to 30 words each; one of 20 holds an
address, a phone or card number, a machine or a key."""
_HEADS = ("what", "wall s", "CPU s", "lines/s", "peak MB", "project MB")
_AS = ("--as", "production")


def _measured(folder: Path, longest: int) -> tuple[list[list[str]], list[Must]]:
    rows: list[list[str]] = []
    shorter = max(longest // 10, 10_000)
    short = folder / f"{shorter}.jsonl"
    long, table = folder / f"{longest}.jsonl", folder / f"{longest}.csv"
    for path, count, write in ((short, shorter, _log), (long, longest, _log), (table, longest, _table)):
        if not path.exists():
            write(path, count)
    (folder / "pristine.db").unlink(missing_ok=True)
    _command(folder, "new", "pristine.db", "--sample", "meeting_router")
    first = _imported(rows, folder, short, shorter, "log", ())
    whole = _imported(rows, folder, long, longest, "log", ())
    _again(rows, folder, long, longest)
    _imported(rows, folder, long, longest, "log, nothing placed", ("--no-placing",))
    _imported(rows, folder, long, longest, "log, neither masked nor placed", ("--no-mask", "--no-placing"))
    _imported(rows, folder, long, longest, "log, one of ten kept", ("--sample", "0.1"))
    _imported(rows, folder, long, longest, "log, 10,000 at most", ("--keep", "10000"))
    _imported(rows, folder, table, longest, "table", ())
    return rows, [
        Must(f"log of {longest:,} lines, seconds", whole.wall_s, MUST_S, MUST_S / 2),
        Must(
            f"its memory, times that of {shorter:,} lines",
            whole.peak_mb / first.peak_mb,
            MUST_GROWTH,
            MUST_GROWTH,
        ),
    ]


def _imported(rows: list[list[str]], folder: Path, log: Path, count: int, title: str, words: tuple[str, ...]) -> Run:
    for left in folder.glob("my.db*"):
        left.unlink()
    shutil.copy(folder / "pristine.db", folder / "my.db")
    run = _command(folder, "import", "my.db", log.name, *_AS, *words, "--json", "report.json")
    report = orjson.loads((folder / "report.json").read_bytes())
    if report["rows"] != count or abs(report["stands_for"] - count) > count / 20:
        raise RuntimeError(f"{report['rows']} of {count}, which stand for {report['stands_for']}")
    rows.append(_row(f"{title}, {count:,} lines", run, count, folder))
    return run


def _again(rows: list[list[str]], folder: Path, log: Path, count: int) -> None:
    run = _command(folder, "import", "my.db", log.name, *_AS)
    rows.append(_row("the same log again", run, count, folder))
    rows.append(_row("taking it back", _command(folder, "import", "my.db", "--undo"), count, folder))


def _row(title: str, run: Run, count: int, folder: Path) -> list[str]:
    size = (folder / "my.db").stat().st_size / 1e6
    speed = f"{count / run.wall_s:,.0f}"
    return [title, f"{run.wall_s:.1f}", f"{run.cpu_s:.1f}", speed, f"{run.peak_mb:.0f}", f"{size:.0f}"]


def _texts(count: int) -> Iterator[tuple[int, str, str]]:
    chance = random.Random(7)
    for number in range(count):
        words = " ".join(chance.choices(_WORDS, k=chance.randint(5, 30)))
        if number % 20 == 0:
            words += " " + _PERSONAL[number // 20 % len(_PERSONAL)].format(n=number % 250)
        yield number, f"{words} {number}", chance.choice(_LABELS)


def _log(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(_line(*one)) + "\n" for one in _texts(count))


def _line(number: int, text: str, label: str) -> dict[str, Any]:
    began = _BEGAN + number / 10
    return {
        "id": f"chatcmpl-{number:08x}",
        "trace_id": hashlib.md5(b"%d" % number, usedforsecurity=False).hexdigest(),
        "call_type": "acompletion",
        "status": "success",
        "messages": [
            {"role": "system", "content": "You route one message to one agent. Answer with its name alone."},
            {"role": "user", "content": text},
        ],
        "response": {
            "id": f"chatcmpl-{number:08x}",
            "object": "chat.completion",
            "created": int(began),
            "model": "gpt-5-mini-2026-01-01",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": label}}],
            "usage": {"prompt_tokens": 40, "completion_tokens": 3, "total_tokens": 43},
        },
        "model": "gpt-5-mini",
        "model_parameters": {"temperature": 0},
        "response_cost": 0.0000142,
        "startTime": began,
        "endTime": began + 0.7,
        "end_user": f"user-{number % 5000}",
        "request_tags": ["beta"] if number % 50 == 0 else [],
        "metadata": {"user_api_key_hash": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b"},
    }


def _table(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("message", "answer", "created_at", "user_id"))
        for number, text, label in _texts(count):
            writer.writerow((text, label, _BEGAN + number / 10, f"user-{number % 5000}"))


def _command(folder: Path, *words: str) -> Run:
    env = {**contenders.synterm_env(folder), "SYNTERM_STATE_DIR": str(folder / "state")}
    run = measure(contenders.synterm_command(*words), folder, env, limit_s=1800)
    if run.exit_code:
        raise RuntimeError(run.stderr[-2000:])
    return run


if __name__ == "__main__":
    main()
