"""How long the demo takes on the embedded model, with the weights at hand."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from terminal import Terminal

RATE = "/s"
"""Drawn in the progress line as soon as the first fresh result is in."""


def main() -> None:
    """Print the table."""
    demo = [sys.executable, "-m", "synterm", "demo", "--headless"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "synterm", "models", "pull", "default"], check=True, capture_output=True)
        first = time_first([*demo, str(Path(folder) / "first.db")])
        report, whole = time_whole([*demo, str(Path(folder) / "whole.db"), "--json", str(Path(folder) / "r.json")])
        again = time_whole([*demo, str(Path(folder) / "whole.db"), "--json", str(Path(folder) / "r.json")])[1]
    print(f"| first result | {first:.1f} s |")
    print(f"| all {report['totals']['evaluations']} evaluations, summary printed | {whole:.1f} s |")
    print(f"| again, from the cache | {again:.2f} s |")
    for variant in report["variants"]:
        low, high = variant["pass_rate_ci"]
        rate = f"{variant['passed']}/{variant['n']} = {variant['pass_rate']:.0%} [{low:.0%}–{high:.0%}]"
        print(f"| {variant['name']} | {rate}, p50 {variant['latency_ms']['p50']:.0f} ms |")


def time_first(command: list[str]) -> float:
    """Seconds from the start to the first fresh result on the screen."""
    terminal = Terminal(command)
    try:
        return terminal.wait_for(RATE, timeout=120)
    finally:
        terminal.close()


def time_whole(command: list[str]) -> tuple[dict[str, Any], float]:
    """The report of a run, and the seconds it took."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return json.loads(Path(command[-1]).read_text(encoding="utf-8")), time.perf_counter() - began


if __name__ == "__main__":
    main()
