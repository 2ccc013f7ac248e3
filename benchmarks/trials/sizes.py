"""A project of 100 000 cases and 1 000 000 answers: import, opening, filtering, looking up, and memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
from support import tables
from support.contenders import synterm_command, synterm_env
from support.measure import measure
from support.server import Server
from support.tables import Must

_LOOKING = Path(__file__).parents[1] / "support" / "looking.py"
_FILLING = Path(__file__).parents[1] / "support" / "filling.py"


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """Fill a file, then look at it in a process of its own."""
    folder.mkdir()
    cases, answers = (2_000, 20_000) if quick else (100_000, 1_000_000)
    env = synterm_env(folder)
    with (folder / "cases.jsonl").open("wb") as out:
        for number in range(cases):
            case = {
                "input": {"message": f"message {number} about topic {number % 97}"},
                "expected": "yes",
                "tags": ["a"],
            }
            out.write(orjson.dumps(case) + b"\n")
    _done([sys.executable, str(_FILLING), "empty", "project.db", "0"], folder, env)
    words = synterm_command("import", "project.db", "cases.jsonl", "--into", "Feature/Behavior/scenario")
    imported = measure(words, folder, env)
    if imported.exit_code:
        raise RuntimeError(imported.stderr)
    filled = _done([sys.executable, str(_FILLING), "answers", "project.db", str(answers)], folder, env)
    found = orjson.loads(_done([sys.executable, str(_LOOKING), "project.db", str(answers)], folder, env))
    size = (folder / "project.db").stat().st_size / 1e6
    rows = [
        ["the file", f"{size:,.0f} MB"],
        ["answers written in", f"{orjson.loads(filled)['wall_s']:.0f} s"],
        ["opening again, median of 5", f"{found['open_s']:.3f} s"],
        ["a look-up of one answer, median, p95", f"{found['lookup_p50_ms']:.3f}, {found['lookup_p95_ms']:.3f} ms"],
        ["a look-up of 100 together, for each", f"{found['lookup_100_ms']:.4f} ms"],
    ]
    musts = [
        Must(f"import of {cases:,} cases", imported.wall_s, 20.0),
        Must(f"opening with {cases:,} cases and {answers:,} answers", found["open_s"], 1.0),
        Must("a filter by text, median", found["filter_ms"], 200.0, unit="ms"),
        Must(f"a look-up among {answers:,} answers, p95", found["lookup_p95_ms"], 1.0, unit="ms"),
        Must("memory of who imports", imported.peak_mb, 500, unit="MB"),
        Must("memory of who looks", found["peak_mb"], 500, unit="MB"),
    ]
    return f"### Sizes\n\n{tables.table((f'{cases:,} cases, {answers:,} answers', ''), rows)}", musts


def _done(words: list[str], folder: Path, env: dict[str, str]) -> bytes:
    run = subprocess.run(words, cwd=folder, env={**os.environ, **env}, capture_output=True, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr.decode())
    return run.stdout
