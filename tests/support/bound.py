"""Keys of tests, bound in the test's own settings file to where their stubs listen."""

from __future__ import annotations

from synterm.settings import load_settings, settings_path

HERE = '["http://127.0.0.1:*", "http://localhost:*"]'
"""This machine, whatever the port."""


def bind(*variables: str) -> None:
    """Let the keys in these variables go to stubs on this machine."""
    path = settings_path()
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if "[key_hosts]" not in before:
        before += "\n[key_hosts]\n"
    path.write_text(before + "".join(f"{name} = {HERE}\n" for name in variables), encoding="utf-8")
    load_settings.cache_clear()
