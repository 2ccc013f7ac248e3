"""Counts tokens in a process of its own: loading an encoding takes a second that the workbench must not stand still.

Each line on stdin is a JSON object ``{"encoding": name, "texts": […]}``, each line on stdout the counts as a JSON list.
"""

from __future__ import annotations

import sys

import orjson

from synterm.checks.encodings import load


def main() -> None:
    """Answer until stdin ends."""
    for line in sys.stdin.buffer:
        asked = orjson.loads(line)
        encoding = load(asked["encoding"])
        counts = [len(encoding.encode_ordinary(text)) for text in asked["texts"]]
        sys.stdout.buffer.write(orjson.dumps(counts) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
