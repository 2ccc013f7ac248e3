"""Together's check before an upload reads files: ``python … EXPORTS``."""

from __future__ import annotations

import sys
from pathlib import Path

from report import files, must, reading


def main(exports: Path) -> None:
    """What its API takes: conversations, and preferences as OpenAI has them."""
    from together.utils import check_file

    for name in ("openai-sft", "openai-dpo"):
        for file in files(exports / name):
            with reading(name, file.name) as told:
                found = check_file(file)
                must(found["is_check_passed"], str(found["message"]))
                told.did = f"{found['num_samples']} rows pass `together files check`"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
