"""What a browser may do with a page of ours: show it, and run its one script where it has one."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256


def content_policy(style: str, script: str | None) -> str:
    """A Content-Security-Policy that allows this one style sheet and this one script by their hashes, and nothing else;
    without a script none.

    No address is ever asked for, also not by a form or a frame, and text can't become markup: the script has to put it
    in as text (Trusted Types).
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_digest(style)}",
            f"script-src {_digest(script)}" if script else "script-src 'none'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
