"""What looking after a project costs, and whether a copy that is cut off leaves half a file.

python benchmarks/care.py                      times, with 100,000 cases and as many answers
python benchmarks/care.py --killed 60          kill -9 at random during share, backup and restore
python benchmarks/care.py --scribbled 200      doctor and share over files with bytes changed at random
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from startup import make_project

from synterm.storage.backups import keep_backup
from synterm.storage.connect import connect

ANSWER = (
    "The order 10023 was shipped on 2026-03-04 and arrives on Friday. Should it not be there by then, write to the "
    "team and name the number; a refund takes five days, and nothing has to be sent back. "
)
SEED = 20261129


def main() -> None:
    """Run what is asked for, and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--killed", type=int, default=0)
    parser.add_argument("--scribbled", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SYNTERM_STATE_DIR"] = str(Path(folder) / "state")
        path = Path(folder) / "project.db"
        make_project(path, 2_000 if args.killed or args.scribbled else args.cases)
        fill_answers(path)
        if args.killed:
            print(killed(path, args.killed))
        elif args.scribbled:
            print(scribbled(path, args.scribbled))
        else:
            print(f"the file: {path.stat().st_size / 1e6:.0f} MB")
            for row in times(path):
                print(row, flush=True)


def fill_answers(path: Path) -> None:
    """An answer for each case, with what a provider would send."""
    db = connect(path)
    with db.conn:
        db.conn.execute("BEGIN")
        db.conn.execute(
            "INSERT INTO responses (key, body_id, content_id, model, outcome, text, raw, created) "
            "SELECT unhex(id), '', id, 'stub', 'complete', ?1 || rowid, CAST('{\"text\": \"' || ?1 || '\"}' AS BLOB), "
            "'2026-01-01T00:00:00.000Z' FROM contents",
            [ANSWER],
        )
        db.conn.execute("COMMIT")
    db.conn.close()


def times(path: Path) -> Iterator[str]:
    """Seconds of processor time and the most memory of each command."""
    out = path.with_name("out.db")
    for words in (
        ("doctor", path),
        ("share", path, "-o", out),
        ("share", path, "-o", out, "--force", "--without", "runs"),
    ):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        done = subprocess.run(command(*words), capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        name = " ".join(str(word) for word in words if not isinstance(word, Path))
        yield (
            f"synterm {name}: exit {done.returncode}, {time.perf_counter() - began:.1f} s, {cpu:.1f} s of a processor, "
            f"at most {after.ru_maxrss / 1000:.0f} MB so far"
        )
    began = time.perf_counter()
    keep_backup(path, "rm")
    yield f"keeping a copy: {time.perf_counter() - began:.2f} s"


def killed(path: Path, trials: int) -> str:
    """Kill commands at random moments; the project and every finished copy are whole afterwards, always."""
    found: Counter[str] = Counter()
    rng = random.Random(SEED)
    out = path.with_name("out.db")
    backup = keep_backup(path, "rm")
    usual = {
        "share": measure("share", path, "-o", out, "--force"),
        "restore": measure("doctor", path, "--restore", backup.name),
    }
    for number in range(trials):
        kind = ("share", "restore")[number % 2]
        words = ("share", path, "-o", out, "--force") if kind == "share" else ("doctor", path, "--restore", backup.name)
        process = subprocess.Popen(command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.2, 1.1) * usual[kind])
        process.kill()
        found[f"{kind}: {'killed' if process.wait() < 0 else 'done before'}"] += 1
        for file in (path, out):
            whole = (
                not file.exists()
                or subprocess.run(command("doctor", file, "--quiet"), capture_output=True).returncode == 0
            )
            found["whole" if whole else "BROKEN"] += 1
    left = [file for file in path.parent.iterdir() if file.name.startswith(".")]
    found["temporary files left, for the next command or --fix to remove"] = len(left)
    return "\n".join(f"{words}: {count}" for words, count in found.items())


def is_whole(file: Path) -> bool:
    """Whether doctor has nothing to say of it."""
    return subprocess.run(command("doctor", file, "--quiet"), capture_output=True, check=False).returncode == 0


def scribbled(path: Path, trials: int) -> str:
    """Change bytes at random; commands end with 0, 1 or 2, and never with an internal error."""
    rng = random.Random(SEED)
    whole = path.read_bytes()
    found: Counter[str] = Counter()
    for _ in range(trials):
        content = bytearray(whole)
        for _ in range(rng.choice((1, 10, 1000))):
            content[rng.randrange(len(content))] = rng.randrange(256)
        file = path.with_name("scribbled.db")
        file.write_bytes(content if rng.random() < 0.8 else content[: rng.randrange(len(content))])
        for words in (("doctor", file), ("share", file, "-o", path.with_name("out.db"), "--force")):
            done = subprocess.run(command(*words), capture_output=True, timeout=60, check=False)
            wrong = done.returncode not in (0, 1, 2) or b"internal error" in done.stderr
            found[f"{words[0]}: {'WRONG' if wrong else f'exit {done.returncode}'}"] += 1
            if wrong:
                print(done.stderr.decode()[-500:])
    return "\n".join(f"{words}: {count}" for words, count in sorted(found.items()))


def measure(*words: str | Path) -> float:
    """Seconds that a command takes."""
    began = time.perf_counter()
    subprocess.run(command(*words), capture_output=True, check=False)
    return time.perf_counter() - began


def command(*words: str | Path) -> list[str]:
    """A command line of synterm."""
    return [sys.executable, "-m", "synterm", *map(str, words)]


if __name__ == "__main__":
    main()
