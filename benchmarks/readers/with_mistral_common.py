"""Mistral's own rules for fine-tuning, and its tokenizers, read conversations: ``python … EXPORTS``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from report import files, reading

FORMATS = ("openai-sft", "trl-sft", "mlx-lm")
VERSIONS = ("v3", "v7", "v11")


def main(exports: Path) -> None:
    """Every line of every file, by the rules of several generations of models."""
    from mistral_common.protocol.instruct.request import ChatCompletionRequest
    from mistral_common.protocol.instruct.validator import ValidationMode, get_validator
    from mistral_common.tokens.tokenizers.base import TokenizerVersion
    from mistral_common.tokens.tokenizers.mistral import MistralTokenizer

    tokenizer = MistralTokenizer.from_file(str(_tokenizer()), mode=ValidationMode.finetuning)
    checks = [get_validator(TokenizerVersion(version), ValidationMode.finetuning) for version in VERSIONS]
    for name in FORMATS:
        for file in files(exports / name):
            with reading(name, file.name) as told:
                lines = file.read_text(encoding="utf-8").splitlines()
                tokens = 0
                for line in lines:
                    row = json.loads(line)
                    request = ChatCompletionRequest.from_openai(row["messages"], tools=row.get("tools"))
                    for check in checks:
                        check.validate_request(request)
                    tokens += len(tokenizer.encode_chat_completion(request).tokens)
                told.did = f"{len(lines)} rows valid for fine-tuning by {', '.join(VERSIONS)}; {tokens} of its tokens"


def _tokenizer() -> Path:
    """The newest that comes with the package."""
    import mistral_common

    return sorted(Path(mistral_common.__file__).parent.glob("data/tekken_*.json"))[-1]


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
