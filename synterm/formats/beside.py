"""Files that a text form names: only such as stand beside it or below."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from synterm.errors import InputError


def file_beside(folder: Path, name: str) -> Path:
    """The file `name` in `folder` or below. Raises InputError when it leads out, also by a link, or is no file."""
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    if posix.is_absolute() or windows.drive or windows.root or ".." in (*posix.parts, *windows.parts):
        raise InputError(f"{name!r} leads out of the project's folder", hint="name a file in the folder or below it")
    try:
        found = (folder / posix).resolve()
        if not found.is_relative_to(folder.resolve()):
            raise InputError(f"{name!r} is a link that leads out of the project's folder")
        if not found.is_file():
            raise InputError(f"there is no file {name!r} in {folder}")
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links that lead to each other, before 3.13
        raise InputError(f"{name!r} can't be a file: {error}") from error
    return found
