"""What the formats for TRL share: commands that train, on the command line that TRL brings."""

from __future__ import annotations

from synterm.core.manifest import Method
from synterm.finetune.formats.base import Made, shell

_RATE: dict[Method, str] = {"sft": "2e-4", "dpo": "5e-6", "kto": "5e-6", "grpo": "1e-5"}
"""Learning rates that suit an adapter."""


def trl_command(made: Made, method: Method, *more: str) -> str:
    """How to train an adapter with TRL's own command, in Markdown."""
    lines = [
        'pip install "trl>=1.0" peft',
        # The whole path: `datasets` finds no name for ".".
        f'trl {method} --model_name_or_path {made.options.base} --dataset_name "$PWD" \\',
        f"  --use_peft --lora_r 16 --lora_alpha 32 --lora_target_modules all-linear --learning_rate {_RATE[method]} \\",
    ]
    if made.file(method, "validation"):
        lines.append("  --dataset_test_split validation --eval_strategy epoch \\")
    lines += [f"  {one} \\" for one in more]
    lines.append(f"  --num_train_epochs {made.options.epochs} --output_dir outputs/{method}")
    return shell(*lines)
