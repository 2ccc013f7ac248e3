"""The user's keys: read from the environment when a call needs one, and kept out of everything that is shown."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from synterm.core.completion import Completion
from synterm.hidden import SHOWN, hidden, hidden_bytes, secret_name
from synterm.providers.base import OnText

NO_KEY = "none"
"""Sent where an endpoint needs no key, so that nothing looks for one in the environment."""
_SHORTEST = 8
# What a process needs to run, find its files and reach the network; none of it is a credential.
_PLAIN = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|APPDATA"
    r"|LOCALAPPDATA|PROGRAMDATA|USERPROFILE|PYTHON\w*|VIRTUAL_ENV|CONDA_PREFIX|D?Y?LD_LIBRARY_PATH|XDG_\w+|SYNTERM_\w+"
    r"|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(HTTPS?|ALL|NO)_PROXY",
    re.I,
)


def without_keys(environ: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment in which no credential is."""
    return {name: value for name, value in environ.items() if _PLAIN.fullmatch(name)}


def secrets_in(environ: Mapping[str, str]) -> list[str]:
    """The values that, by their names, are credentials."""
    return [value for name, value in environ.items() if secret_name(name) and len(value) >= _SHORTEST]


def redacted(completion: Completion, *keys: str | None) -> Completion:
    """The same completion without the keys it may have been asked with, and without any other credential of the user.

    In messages, which are nobody's data, also what only may be one is struck out.
    """
    own = _keys(keys)
    text, raw = hidden(_without(completion.text, own)), hidden_bytes(_without_bytes(completion.raw, own))
    if completion.error is None and completion.hint is None:
        same = text is completion.text and raw is completion.raw
        return completion if same else replace(completion, text=text, raw=raw)
    known = [*own, *secrets_in(os.environ)]
    return replace(
        completion,
        text=text,
        raw=raw,
        error=None if completion.error is None else hidden(_without(completion.error, known)),
        hint=None if completion.hint is None else hidden(_without(completion.hint, known)),
    )


def streamed_without(on_text: OnText | None, *keys: str | None) -> OnText | None:
    """`on_text` for a stream in which a key could stand, also cut into pieces: what may be its begin is held back
    until it is clear that it is not."""
    for key in _keys(keys):
        on_text = on_text and _streamed_without(on_text, key)
    return on_text


def _keys(keys: Iterable[str | None]) -> list[str]:
    return [key for key in keys if key and key != NO_KEY]


def _streamed_without(on_text: OnText, key: str) -> OnText:
    held = ""

    def pass_on(piece: str) -> None:
        nonlocal held
        text = (held + piece).replace(key, SHOWN)
        size = min(len(key) - 1, len(text))
        keep = next((count for count in range(size, 0, -1) if key.startswith(text[-count:])), 0)
        held = text[len(text) - keep :]
        if shown := text[: len(text) - keep]:
            on_text(shown)

    return pass_on


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, SHOWN)
    return text


def _without_bytes(raw: bytes, secrets: Iterable[str]) -> bytes:
    for secret in secrets:
        if (spelled := secret.encode()) in raw:
            raw = raw.replace(spelled, SHOWN.encode())
    return raw
