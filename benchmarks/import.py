"""Bringing cases in: `synterm import` of a CSV file, a JSONL file and a JSON list, twice, and taking it back."""

from __future__ import annotations

import csv
import json
import random
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
from support import contenders, options, tables
from support.measure import Run, measure
from support.tables import Must

MUST_S = 20.0
"""For a CSV file of 100 000 rows."""
MUST_MB = 500.0
_WORDS = (
    "please move the meeting with Ines to Monday at noon summarize what we said about the budget and who left".split()
)
_LABELS = ("schedule", "summarize", "retrieve", "clarify", "out_of_scope")
_INTO = ("--into", "Routing/Imported/measured")


def main() -> None:
    """Import files of rows that differ, and measure the whole process."""
    args = options.parse(options.parser(__doc__, rounds=5))
    counts = (1000,) if args.quick else (10_000, 100_000)
    rows: list[list[str]] = []
    musts: list[Must] = []
    with tempfile.TemporaryDirectory() as place:
        for count in counts:
            for ending, write in _FILES.items():
                folder = Path(place) / f"{count}-{ending}"
                wall, cpu, peak = _imported(folder, ending, write, count, 1 if args.quick else args.rounds)
                rows.append([f"{ending}, {count:,} rows", f"{wall:.2f}", f"{cpu:.2f}", f"{peak:.0f}"])
                if ending == "csv":
                    musts = [Must(f"CSV, {count:,} rows", wall, MUST_S, MUST_S / 2)]
            again, undone = _again(Path(place) / f"{count}-csv")
            rows.append(
                [
                    f"the same CSV again, {count:,} rows",
                    f"{again.wall_s:.2f}",
                    f"{again.cpu_s:.2f}",
                    f"{again.peak_mb:.0f}",
                ]
            )
            rows.append(
                [f"undo, {count:,} cases", f"{undone.wall_s:.2f}", f"{undone.cpu_s:.2f}", f"{undone.peak_mb:.0f}"]
            )
    text = "\n\n".join([tables.promises(musts), NOTE, tables.table(("what", "wall s", "CPU s", "peak MB"), rows)])
    options.finish(args, "import", "Importing cases", text)


NOTE = """\
The whole process of `synterm import my.db FILE --into 'Routing/Imported/measured'` into the sample project: reading,
mapping, hashing each case and comparing it with those that are there, and writing it. Each row is another text of 5 to
30 words with one of five labels."""


def _imported(
    folder: Path, ending: str, write: Callable[[Path, int], None], count: int, rounds: int
) -> tuple[float, float, float]:
    folder.mkdir()
    write(folder / f"rows.{ending}", count)
    _command(folder, "new", "pristine.db", "--sample", "meeting_router")
    runs: list[Run] = []
    for _ in range(rounds):
        shutil.copy(folder / "pristine.db", folder / "my.db")
        runs.append(_command(folder, "import", "my.db", f"rows.{ending}", *_INTO, "--json", "report.json"))
        if (kept := orjson.loads((folder / "report.json").read_bytes())["kept"]) != count:
            raise RuntimeError(f"{kept} of {count}")
    wall, cpu = statistics.median(one.wall_s for one in runs), statistics.median(one.cpu_s for one in runs)
    return wall, cpu, max(one.peak_mb for one in runs)


def _again(folder: Path) -> tuple[Run, Run]:
    """The same file once more, which adds nothing, and the undoing of the first time."""
    again = _command(folder, "import", "my.db", "rows.csv", *_INTO)
    return again, _command(folder, "import", "my.db", "--undo")


def _texts(count: int) -> Iterator[tuple[str, str]]:
    chance = random.Random(7)
    for number in range(count):
        words = " ".join(chance.choices(_WORDS, k=chance.randint(5, 30)))
        yield f"{words} {number}", chance.choice(_LABELS)


def _csv(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("message", "intent"))
        writer.writerows(_texts(count))


def _jsonl(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"message": text, "intent": label}) + "\n" for text, label in _texts(count))


def _json(path: Path, count: int) -> None:
    path.write_text(json.dumps([{"message": text, "intent": label} for text, label in _texts(count)], indent=1))


_FILES: dict[str, Callable[[Path, int], None]] = {"csv": _csv, "jsonl": _jsonl, "json": _json}


def _command(folder: Path, *words: str) -> Run:
    run = measure(contenders.synterm_command(*words), folder, contenders.synterm_env(folder), limit_s=600)
    if run.exit_code:
        raise RuntimeError(run.stderr[-2000:])
    return run


if __name__ == "__main__":
    main()
