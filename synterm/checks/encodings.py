"""Token encodings. Nothing is fetched: they are the files that come with litellm, which is not imported."""

from __future__ import annotations

from base64 import b64decode
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FILES = {
    "cl100k_base": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    "o200k_base": "fb374d419588a4632f3f557e76b4b70aebbca790",
}
"""Under which names tiktoken's cache holds the encodings."""
_FOLDER = ("litellm_core_utils", "tokenizers")


def encoding_file(name: str) -> Path | None:
    """The file of an encoding; None where it is missing."""
    found = find_spec("litellm")
    if found is None or found.origin is None:
        return None
    file = Path(found.origin).parent.joinpath(*_FOLDER, FILES[name])
    return file if file.is_file() else None


@lru_cache(maxsize=2)
def load(name: str) -> Any:
    """The encoding of that name, from its file: that takes up to a second. Raises OSError where it is missing."""
    import tiktoken
    from tiktoken_ext import openai_public

    file = encoding_file(name)
    if file is None:
        raise FileNotFoundError(f"the encoding {name} is not installed")

    def ranks(*_: object, **__: object) -> dict[bytes, int]:
        pairs = (line.split() for line in file.read_bytes().splitlines() if line)
        return {b64decode(token): int(rank) for token, rank in pairs}

    # In place of what would look for the file on the network.
    openai_public.load_tiktoken_bpe = ranks
    return tiktoken.Encoding(**getattr(openai_public, name)())
