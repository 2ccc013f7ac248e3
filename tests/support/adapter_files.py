"""Adapter files as tests make them up, byte by byte: whole ones, and such as nobody should read."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

Matrix = tuple[str, tuple[int, int], int, bytes]
"""Name, shape (GGUF's order: what varies fastest first), kind, numbers."""

SAID: dict[str, Any] = {
    "general.architecture": "llama",
    "general.type": "adapter",
    "adapter.type": "lora",
    "adapter.lora.alpha": 8.0,
}
F32, F16, Q8_0 = 0, 1, 8


def gguf(said: Mapping[str, Any], matrices: Sequence[Matrix], *, version: int = 3, magic: bytes = b"GGUF") -> bytes:
    """A GGUF file that says so much of itself; a float is one of 32 bits, a list one of texts."""
    head = magic + struct.pack("<IQQ", version, len(matrices), len(said))
    head += b"".join(_text(key) + _value(value) for key, value in said.items())
    body = b""
    for name, shape, kind, numbers in matrices:
        head += _text(name) + struct.pack("<IQQIQ", 2, *shape, kind, len(body))
        body += numbers + bytes(-len(numbers) % 32)
    return head + bytes(-len(head) % 32) + body


def pair(
    layer: str = "blk.0.attn_v", takes: int = 576, gives: int = 192, *, rank: int = 1, seed: int = 0
) -> list[Matrix]:
    """The two matrices of a layer, of numbers that change its answers; `seed` 0: that change nothing."""
    draw = Random(seed)
    one = [draw.gauss(0, 1) for _ in range(takes * rank)]
    two = [draw.gauss(0, 1) if seed else 0.0 for _ in range(gives * rank)]
    return [
        (f"{layer}.weight.lora_a", (takes, rank), F16, struct.pack(f"<{len(one)}e", *one)),
        (f"{layer}.weight.lora_b", (rank, gives), F16, struct.pack(f"<{len(two)}e", *two)),
    ]


def adapter(seed: int = 0) -> bytes:
    """An adapter for the embedded model, of rank 1, in one layer."""
    return gguf(SAID, pair(seed=seed))


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _value(value: Any) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, list):
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(_text, value))
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    return struct.pack("<II", 4, value)
