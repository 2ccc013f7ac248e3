"""An adapter as llama.cpp reads it: GGUF, with the query and key rows in the order that its rotary embedding has them.

The names and the order are those of llama.cpp's own ``convert_lora_to_gguf.py`` for models of the Llama family.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synterm.errors import ModelError
from synterm.finetune.train.libraries import library

_PARAMETER = re.compile(r".*\.layers\.(\d+)\.(?:self_attn|mlp)\.(\w+)\.lora_([AB])\.(?:default\.)?weight")
_NAMES = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}


def write_adapter(path: Path, parameters: Mapping[str, Any], *, alpha: float, heads: tuple[int, int]) -> None:
    """Write the LoRA matrices among a PEFT model's named parameters, as 16-bit floats.

    `heads`: attention heads, and heads of keys and values. The same numbers give the same bytes. Raises ModelError for
    an adapter of a layer that is none of a Llama's.
    """
    gguf = library("gguf")
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for name, array in sorted(adapter_tensors(parameters, heads).items()):
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def adapter_tensors(parameters: Mapping[str, Any], heads: tuple[int, int]) -> dict[str, Any]:
    """The matrices under llama.cpp's names, as arrays of 16-bit floats. Raises ModelError."""
    tensors: dict[str, Any] = {}
    for name, value in parameters.items():
        if ".lora_" not in name:
            continue
        match = _PARAMETER.fullmatch(name)
        if match is None or match[2] not in _NAMES:
            raise ModelError(f"an adapter of {name} has no place in a GGUF file of a Llama")
        layer, kind, part = match[1], match[2], match[3]
        array = value.detach().float().cpu().numpy()
        if part == "B" and kind in ("q_proj", "k_proj"):
            array = _by_pairs(array, heads[0] if kind == "q_proj" else heads[1])
        tensors[f"blk.{layer}.{_NAMES[kind]}.weight.lora_{part.lower()}"] = array.astype("float16")
    return tensors


def _by_pairs(array: Any, heads: int) -> Any:
    """Rows of each head reordered: transformers turns the first half of a head against the second, llama.cpp turns
    neighbours against each other."""
    rows, width = array.shape
    return array.reshape(heads, 2, rows // heads // 2, width).swapaxes(1, 2).reshape(rows, width)
