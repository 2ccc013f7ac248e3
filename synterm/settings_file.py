"""Changing one setting in the user's file; comments and the order of what stands there stay."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from synterm.errors import SettingsError
from synterm.paths import private_folder
from synterm.settings import Settings, load_settings, parse_settings, settings_path, why_invalid
from synterm.settings_form import toml_value


def change_setting(key: str, value: Any) -> Settings:
    """Write one setting, or with None take it out, so that the default holds; gives all settings as they are then.

    Raises SettingsError where the value can't be, or the file can't be read or written: nothing is written then.
    """
    path = settings_path()
    text = _text(path)
    # What is broken on disk is for its writer to mend: written over, it would be lost.
    before = parse_settings(text, path)
    _check(before, key, value)
    written = _changed(text, key, list(value) if isinstance(value, tuple) else value)  # pyright: ignore[reportUnknownArgumentType]
    settings = parse_settings(written, path)
    write_whole(path, written)
    load_settings.cache_clear()
    return settings


def _changed(text: str, key: str, value: Any) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    example = re.search(rf"^# {re.escape(key)} = .*$", text, re.MULTILINE)
    if value is None:
        document.pop(key, None)
    elif key not in document and example and "\n[" not in text[: example.start()]:
        # The documented file has a place for it.
        return f"{text[: example.start()]}{key} = {toml_value(value)}{text[example.end() :]}"
    else:
        document[key] = value
    return tomlkit.dumps(document)


def write_whole(path: Path, text: str) -> None:
    """Put `text` in a file beside `path`, then give it that name: no one ever sees half of it.

    A link stays a link. Raises SettingsError where it can't be written.
    """
    path = path.resolve()
    beside: str | None = None
    try:
        private_folder(path.parent)
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(beside).replace(path)
    except OSError as error:
        if beside:
            with contextlib.suppress(FileNotFoundError):
                Path(beside).unlink()
        raise SettingsError(f"can't be written: {error.strerror or error}", where=str(path)) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(str(error), where=str(path)) from error


def _check(before: Settings, key: str, value: Any) -> None:
    try:
        rest = before.model_dump(exclude_unset=True)
        rest.pop(key, None)
        Settings.model_validate(rest if value is None else {**rest, key: value})
    except ValidationError as error:
        wrong, message, hint = why_invalid(error)
        raise SettingsError(f"{wrong}: {message}", hint=hint) from error
