"""The embedded model as transformers loads it from the very file that answers are given from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from synterm.finetune.train.libraries import library


def load_tokenizer(weights: Path) -> Any:
    """The tokenizer that is in the weights file, chat template and all."""
    return library("transformers").AutoTokenizer.from_pretrained(
        str(weights.parent), gguf_file=weights.name, local_files_only=True
    )


def load_model(weights: Path) -> Any:
    """The model, its weights as the quantised file has them, as 32-bit numbers.

    An adapter learnt on these fits what llama.cpp computes with; one learnt on the original weights would have to make
    up for the quantisation as well.
    """
    torch = library("torch")
    model = library("transformers").AutoModelForCausalLM.from_pretrained(
        str(weights.parent), gguf_file=weights.name, local_files_only=True, dtype=torch.float32
    )
    # It is quantised no longer, though it still says so: trainers would look for the methods of a quantised one.
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.is_quantized = False
    model.hf_quantizer = None
    model.config.use_cache = False
    return model
