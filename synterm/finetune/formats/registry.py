"""From the name of a format to what writes it."""

from __future__ import annotations

from synterm.errors import InputError, UsageError, did_you_mean
from synterm.finetune.formats.base import Format
from synterm.plugins import Registry

_HERE = "synterm.finetune.formats"
BUILT_IN = {
    "trl-sft": f"{_HERE}.trl_sft:TrlSft",
    "trl-prompt-completion": f"{_HERE}.trl_prompt_completion:TrlPromptCompletion",
    "trl-dpo": f"{_HERE}.trl_dpo:TrlDpo",
    "trl-kto": f"{_HERE}.trl_kto:TrlKto",
    "trl-grpo": f"{_HERE}.trl_grpo:TrlGrpo",
    "openai-sft": f"{_HERE}.openai_sft:OpenaiSft",
    "openai-dpo": f"{_HERE}.openai_dpo:OpenaiDpo",
    "llamafactory": f"{_HERE}.llamafactory:LlamaFactory",
    "axolotl": f"{_HERE}.axolotl:Axolotl",
    "mlx-lm": f"{_HERE}.mlx_lm:MlxLm",
    "sharegpt": f"{_HERE}.sharegpt:Sharegpt",
    "alpaca": f"{_HERE}.alpaca:Alpaca",
}
"""In the order in which they are listed."""
FORMATS = Registry("format", Format, BUILT_IN)


def load_format(name: str) -> Format:
    """The format of a name. Raises UsageError when there is none, InputError when it can't be loaded."""
    if name not in FORMATS:
        raise UsageError(f"{name!r} is no format that is written", hint=did_you_mean(name, FORMATS))
    return FORMATS.find(name)()


def all_formats() -> list[Format]:
    """Every format that can be written here, those of synterm first; without those that can't be loaded."""
    names = [*BUILT_IN, *sorted(name for name in FORMATS if name not in BUILT_IN)]
    return [found for name in names if (found := _loaded(name))]


def _loaded(name: str) -> Format | None:
    try:
        return FORMATS.find(name)()
    except InputError:  # `FORMATS.titles` says why
        return None
