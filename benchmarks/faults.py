"""What synterm does when it is killed, refused, starved, locked out or fed nonsense, and when several share a file."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from support import options, tables
from support.server import Server
from trials import beside, broken, cap, clock, full_disk, killed, pty, retries, shut, sizes, storm, together, writers

TRIALS = {
    "killed": killed.hold,
    "retries": retries.hold,
    "storm": storm.hold,
    "broken": broken.hold,
    "litellm": broken.hold_litellm,
    "disk": full_disk.hold,
    "shut": shut.hold,
    "together": together.hold,
    "beside": beside.hold,
    "writers": writers.hold,
    "cap": cap.hold,
    "clock": clock.hold,
    "sizes": sizes.hold,
    "pty": pty.hold,
}


def main() -> None:
    """Hold the trials, print them, and write each one's section of docs/reliability.md."""
    parser = options.parser(__doc__)
    parser.add_argument("--trials", type=int, default=500, help="how often to kill (default %(default)s)")
    parser.add_argument("--only", choices=(*TRIALS, "all"), default="all", help="one of them instead of all")
    args = options.parse(parser, alone=True)
    kills = 3 if args.quick else args.trials
    held = {**TRIALS, "killed": functools.partial(killed.hold, trials=kills)}
    print(tables.machine())
    with Server() as server, tempfile.TemporaryDirectory() as place:
        for name in TRIALS if args.only == "all" else (args.only,):
            text, musts = held[name](server, Path(place) / name, quick=args.quick)
            section = f"{text}\n\n{tables.promises(musts)}" if musts else text
            print(f"\n{section}", flush=True)
            if args.write:
                tables.write_trial(name, section)


if __name__ == "__main__":
    main()
