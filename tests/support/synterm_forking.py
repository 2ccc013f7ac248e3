"""``python -m tests.support.synterm_forking ADDRESS WORDS``: synterm, whose host of LiteLLM is forked from the process
that listens at the address (`litellm_template`)."""

from __future__ import annotations

import faulthandler
import sys

from synterm.cli.main import entry
from tests.support.litellm_starts import Joined, forked_starts

if __name__ == "__main__":
    # Of one that does not end, `ended` wants to know where it is.
    faulthandler.enable()
    address = sys.argv.pop(1)
    with forked_starts(Joined(address)):
        sys.exit(entry())
