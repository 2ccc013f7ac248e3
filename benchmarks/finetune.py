"""How far an adapter that is trained here brings the embedded model: the intents of CLINC150, by synterm's commands.

    python benchmarks/finetune.py CLINC150.json --project clinc.db

`CLINC150.json` is `data_small.json` or `data_full.json` of the data set (clinc/oos-eval, CC BY 3.0): lists ``train``
and ``test`` of [text, intent]. Needs the extras [local] and [train]. Ten intents are drawn; 20 utterances of each are
learnt from, and 20 others of each, of its own test part, are held out. ``synterm finetune`` tells what it takes, and
what comes of it.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

SYNTERM = [sys.executable, "-m", "synterm"]
INSTRUCTION = "Name the intent of the message."
PATH = "Assistant/Intents/utterances"


def main() -> int:
    """Make the project, train, and give the exit code of the training."""
    args = _arguments()
    data = json.loads(args.data.read_text())
    rng = random.Random(args.seed)
    intents = sorted(rng.sample(sorted({intent for _, intent in data["train"]}), args.intents))
    with tempfile.TemporaryDirectory() as place:
        _make(args, intents, Path(place))
        for split, part in (("train", "train"), ("holdout", "test")):
            rows = _drawn(data[part], intents, args.each, rng)
            file = Path(place) / f"{split}.csv"
            _write(file, rows)
            _run("import", str(args.project), str(file), "--into", PATH, "--split", split)
    began = time.monotonic()
    how = ("--trainer", "local", "--epochs", str(args.epochs), "--validation", args.validation)
    code = _run("finetune", str(args.project), *how, ok=False)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = time.monotonic() - began
    print(f"\n{took:.0f} s by the clock, with the comparison; {used.ru_utime:.0f} CPU-s of all commands")
    return code


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="CLINC150.json")
    parser.add_argument("--project", type=Path, default=Path("clinc.db"), help="the project to make (default clinc.db)")
    parser.add_argument("--intents", type=int, default=10)
    parser.add_argument("--each", type=int, default=20, help="utterances of an intent, to learn and to hold out")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--validation", default="0", help="share of lineages that is not learnt from (default 0)")
    return parser.parse_args()


def _make(args: argparse.Namespace, intents: list[str], place: Path) -> None:
    """A project with a prompt, the embedded model, and one scenario whose check reads the intents."""
    document = {
        "synterm": 1,
        "name": "clinc150",
        "models": [{"name": "smollm2", "model": "embedded/default", "params": {"temperature": 0, "max_tokens": 16}}],
        "prompts": [
            {
                "name": "intent",
                "messages": [
                    {"role": "system", "content": INSTRUCTION},
                    {"role": "user", "content": "{{ message }}"},
                ],
            }
        ],
        "tree": [
            {
                "feature": "Assistant",
                "behaviors": [
                    {
                        "behavior": "Intents",
                        "scenarios": [
                            {"scenario": "utterances", "checks": [{"type": "label", "labels": intents}], "cases": []}
                        ],
                    }
                ],
            }
        ],
    }
    file = place / "project.yaml"
    # JSON is YAML.
    file.write_text(json.dumps(document))
    _run("new", str(args.project), "--from", str(file))


def _drawn(rows: list[list[str]], intents: list[str], each: int, rng: random.Random) -> list[tuple[str, str]]:
    """`each` utterances of each intent, in any order."""
    known: dict[str, list[str]] = defaultdict(list)
    for text, intent in rows:
        known[intent].append(text)
    drawn = [(text, intent) for intent in intents for text in rng.sample(known[intent], min(each, len(known[intent])))]
    rng.shuffle(drawn)
    return drawn


def _write(file: Path, rows: list[tuple[str, str]]) -> None:
    with file.open("w", newline="") as target:
        csv.writer(target).writerows([("message", "expected"), *rows])


def _run(*words: str, ok: bool = True) -> int:
    print("$ synterm", *words, flush=True)
    return subprocess.run([*SYNTERM, *words], check=ok).returncode


if __name__ == "__main__":
    sys.exit(main())
