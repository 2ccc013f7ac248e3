"""``python -m synterm``."""

import sys

from synterm.cli.main import entry

if __name__ == "__main__":
    sys.exit(entry())
