"""``python -m synterm``."""

import sys

from synterm.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
