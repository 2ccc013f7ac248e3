"""TRL's trainers, set up for a small model on one processor."""

from __future__ import annotations

from typing import Any

from synterm.finetune.train.job import TrainJob
from synterm.finetune.train.libraries import library
from synterm.providers.embedded_child import CONTEXT_TOKENS

TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""The linear layers of a Llama that get an adapter: all of them."""


def make_trainer(job: TrainJob, model: Any, tokenizer: Any, rows: Any, watched: Any) -> Any:
    """The trainer of the job's method, over `rows` and the `watched` ones of the validation part (None: none)."""
    trl = library("trl")
    config, trainer = {
        "sft": (trl.SFTConfig, trl.SFTTrainer),
        "dpo": (trl.DPOConfig, trl.DPOTrainer),
        "kto": (trl.KTOConfig, trl.KTOTrainer),
    }[job.settings.method]
    return trainer(
        model=model,
        args=config(**_arguments(job, watched is not None), **_of_method(job)),
        train_dataset=rows,
        eval_dataset=watched,
        processing_class=tokenizer,
        peft_config=_adapter(job),
    )


def _adapter(job: TrainJob) -> Any:
    rank = job.settings.rank
    return library("peft").LoraConfig(
        r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules=list(TARGETS), task_type="CAUSAL_LM"
    )


def _arguments(job: TrainJob, watched: bool) -> dict[str, Any]:
    settings = job.settings
    return {
        "output_dir": job.work,
        "num_train_epochs": settings.epochs,
        "learning_rate": settings.rate,
        "per_device_train_batch_size": settings.batch,
        "per_device_eval_batch_size": settings.batch,
        "seed": settings.seed,
        "max_length": CONTEXT_TOKENS,
        "lr_scheduler_type": "cosine",
        "warmup_steps": 0.1,
        "use_cpu": True,
        # Half the bits go through the processor's matrix units at more than twice the speed, where it has them.
        "bf16": has_bfloat16(),
        "gradient_checkpointing": False,
        "eval_strategy": "epoch" if watched else "no",
        "save_strategy": "no",
        "logging_steps": 1,
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": False,
    }


def _of_method(job: TrainJob) -> dict[str, Any]:
    if job.settings.method == "sft":
        return {"completion_only_loss": True}
    if job.settings.method == "dpo":
        # A model this small has the right answer hardly in it: that is learnt as well, beside the preference.
        return {"loss_type": ["sigmoid", "sft"], "loss_weights": [1.0, 1.0]}
    return {"desirable_weight": job.right_weight, "undesirable_weight": job.wrong_weight}


def has_bfloat16() -> bool:
    """Whether this processor multiplies 16-bit floats natively."""
    return bool(library("torch").ops.mkldnn._is_mkldnn_bf16_supported())
