"""Whether a file is an adapter for the embedded model, told before native code reads it.

The model's runtime trusts what it reads. So every number of the file's head is held against what an adapter for this
one model can have: names, shapes, kinds, and where each matrix lies. The form: GGUF, ``docs/gguf.md`` of ggml.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import BinaryIO

from synterm.errors import InputError
from synterm.text import megabytes

MAX_BYTES = 256_000_000
"""The largest adapter that is taken: rank 256 in 32-bit floats is 313 MB, rank 16 as synterm writes it is 10 MB."""
MAX_RANK = 256
_HEAD_BYTES = 1_000_000
"""All that comes before the matrices."""
_KEYS = 200
_TEXT_BYTES = 10_000
_ALIGNMENT = 32
_BLOCKS = 30
_SHAPES = {
    "attn_q": (576, 576),
    "attn_k": (576, 192),
    "attn_v": (576, 192),
    "attn_output": (576, 576),
    "ffn_gate": (576, 1536),
    "ffn_up": (576, 1536),
    "ffn_down": (1536, 576),
}
"""What goes in and what comes out of each linear layer of SmolLM2-135M."""
_NAME = re.compile(r"blk\.(0|[1-9][0-9]?)\.(\w+)\.weight\.lora_([ab])", re.A)
_ITEM_BYTES = {0: 4, 1: 2, 30: 2}
"""Of GGML's kinds F32, F16 and BF16."""
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _LIST = 8, 9
_MOST_LISTED = 1000

Scalar = int | float | str


@dataclass(frozen=True, slots=True)
class AdapterFacts:
    """What a checked file says of itself."""

    rank: int
    """The largest of its matrices."""
    alpha: float
    matrices: int
    """Pairs of them."""


def check_adapter(source: BinaryIO, size: int, name: str) -> AdapterFacts:
    """Read the head of a file of `size` bytes; `name` is it in messages. Raises InputError for anything else than an
    adapter for the embedded model."""
    refuse_too_large(size, name)
    try:
        return _Head(source.read(min(size, _HEAD_BYTES)), size, name).facts()
    except (struct.error, UnicodeDecodeError) as error:
        raise _not(name, "its head is cut off or no GGUF") from error


def refuse_too_large(size: int, name: str) -> None:
    """Raises InputError for a file of more bytes than an adapter can have."""
    if size > MAX_BYTES:
        raise _not(name, f"it has {megabytes(size)}, and an adapter has {megabytes(MAX_BYTES)} at most")


class _Head:
    def __init__(self, data: bytes, size: int, name: str) -> None:
        self._data = data
        self._size = size
        self._name = name
        self._at = 0

    def facts(self) -> AdapterFacts:
        if self._data[:4] != b"GGUF":
            raise _not(self._name, "it is no GGUF file")
        self._at = 4
        version, tensors, keys = self._number("<I"), self._number("<Q"), self._number("<Q")
        if version not in (2, 3):
            raise _not(self._name, f"it is GGUF of version {version}")
        if keys > _KEYS:
            raise _not(self._name, f"it says {keys:,} things of itself")
        if not 0 < tensors <= 2 * _BLOCKS * len(_SHAPES):
            raise _not(self._name, f"it has {tensors:,} matrices")
        alpha = self._said(keys)
        pairs = self._matrices(int(tensors))
        return AdapterFacts(max(pairs.values()), alpha, len(pairs))

    def _said(self, keys: float) -> float:
        """Alpha; the rest is checked."""
        found: dict[str, Scalar] = {}
        for _ in range(int(keys)):
            key = self._text()
            if key in found:
                raise _not(self._name, f"it says {key} twice")
            found[key] = self._value(key)
        kind, adapter = found.get("general.type"), found.get("adapter.type")
        if (kind, adapter) != ("adapter", "lora"):
            raise _not(self._name, f"it holds {'a whole model' if kind == 'model' else 'something else'}, no adapter")
        if (architecture := found.get("general.architecture")) != "llama":
            raise _not(self._name, f"it is for a model of the kind {architecture!r}, and the embedded one is a llama")
        if found.get("general.alignment", _ALIGNMENT) != _ALIGNMENT:
            raise _not(self._name, "its matrices lie in an unusual way")
        alpha = found.get("adapter.lora.alpha")
        if not isinstance(alpha, float) or not 0 <= alpha <= 10_000:
            raise _not(self._name, "it does not say how strong it is (adapter.lora.alpha)")
        return alpha

    def _matrices(self, count: int) -> dict[str, int]:
        """The rank of each pair, by the layer's name."""
        ranks: dict[str, dict[str, int]] = {}
        places: list[tuple[int, int]] = []
        for _ in range(count):
            name, shape, kind, offset = self._text(), self._shape(), self._number("<I"), self._number("<Q")
            layer, part, rank = self._layer(name, shape)
            if part in ranks.setdefault(layer, {}):
                raise _not(self._name, f"it has {name} twice")
            ranks[layer][part] = rank
            if kind not in _ITEM_BYTES:
                raise _not(self._name, f"{name} has numbers of the kind {kind}; as F16, F32 or BF16 it can be taken")
            places.append((int(offset), shape[0] * shape[1] * _ITEM_BYTES[int(kind)]))
        if broken := next(
            (layer for layer, parts in ranks.items() if len({*parts.values()}) != 1 or len(parts) != 2), ""
        ):
            raise _not(self._name, f"{broken} has no two matrices that fit together")
        self._apart(places)
        return {layer: parts["a"] for layer, parts in ranks.items()}

    def _layer(self, name: str, shape: tuple[int, int]) -> tuple[str, str, int]:
        match = _NAME.fullmatch(name)
        if match is None or int(match[1]) >= _BLOCKS or match[2] not in _SHAPES:
            raise _not(self._name, f"the embedded model has no place for {name[:80]!r}")
        taken, given = _SHAPES[match[2]]
        fixed, rank = shape if match[3] == "a" else shape[::-1]
        if fixed != (taken if match[3] == "a" else given) or not 0 < rank <= MAX_RANK:
            raise _not(self._name, f"{name} is {shape[0]:,} × {shape[1]:,}: it was made for another model")
        return f"blk.{match[1]}.{match[2]}", match[3], rank

    def _shape(self) -> tuple[int, int]:
        if (dimensions := self._number("<I")) != 2:
            raise _not(self._name, f"one of its matrices has {dimensions} dimensions")
        return int(self._number("<Q")), int(self._number("<Q"))

    def _apart(self, places: list[tuple[int, int]]) -> None:
        start = -(-self._at // _ALIGNMENT) * _ALIGNMENT
        end = 0
        for offset, length in sorted(places):
            if offset % _ALIGNMENT or offset < end:
                raise _not(self._name, "its matrices lie over each other")
            end = offset + length
        if start + end > self._size:
            raise _not(self._name, f"it ends early: {self._size:,} bytes of {start + end:,}")

    def _value(self, key: str) -> Scalar:
        kind = int(self._number("<I"))
        if kind != _LIST:
            return self._single(kind, key)
        kind, count = int(self._number("<I")), int(self._number("<Q"))
        if count > _MOST_LISTED:
            raise _not(self._name, f"{key[:80]!r} lists {count:,} things")
        # Tags and the like: none of them matters.
        return len([self._single(kind, key) for _ in range(count)])

    def _single(self, kind: int, key: str) -> Scalar:
        if kind == _STRING:
            return self._text()
        if kind not in _SCALARS:
            raise _not(self._name, f"{key[:80]!r} is of an unknown kind ({kind})")
        return self._number(_SCALARS[kind])

    def _number(self, form: str) -> int | float:
        (value,) = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return value

    def _text(self) -> str:
        length = int(self._number("<Q"))
        if length > _TEXT_BYTES:
            raise _not(self._name, "a text in its head is too long")
        piece = self._data[self._at : self._at + length]
        if len(piece) < length:
            raise _not(self._name, "its head is cut off or too long")
        self._at += length
        return piece.decode()


def _not(name: str, why: str) -> InputError:
    return InputError(f"this is no adapter for the embedded model: {why}", where=name)
