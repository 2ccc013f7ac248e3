"""The families of models that people use most, and where each finds its key."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Family:
    """Models whose strings start with ``name/``."""

    name: str
    title: str
    keys: tuple[str, ...] = ()
    """Environment variables that can hold the key, the usual one first; none for families that need no key."""
    files: tuple[str, ...] = ()
    """Files, below the home directory, that can hold credentials instead."""
    base: str | None = None
    """The environment variable that names the endpoint, where there is none of its own."""
    own: str | None = None
    """The origin of its own endpoint, where it has one and no more."""
    bases: tuple[str, ...] = ()
    """Environment variables that name another in place of its own."""

    def endpoint(self, environ: Mapping[str, str]) -> str | None:
        """The URL of its own endpoint here: what the environment names, else the one that it has; None: not known."""
        return next(iter(self.endpoints(environ)), None)

    def endpoints(self, environ: Mapping[str, str]) -> tuple[str, ...]:
        """All that it may be, where several variables name one."""
        names = (*self.bases, self.base) if self.base else self.bases
        named = tuple(url for name in names if (url := environ.get(name)))
        return named or ((self.own,) if self.own else ())

    def has_key(self, environ: Mapping[str, str] | None = None) -> bool:
        """Whether it can be used: no key is needed, or one is set."""
        known = os.environ if environ is None else environ
        if not self.keys or any(known.get(name) for name in self.keys):
            return True
        return any((Path.home() / file).is_file() for file in self.files)


FAMILIES = (
    Family(
        "openai",
        "OpenAI",
        ("OPENAI_API_KEY",),
        own="https://api.openai.com",
        bases=("OPENAI_BASE_URL", "OPENAI_API_BASE"),
    ),
    Family(
        "anthropic",
        "Anthropic",
        ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
        own="https://api.anthropic.com",
        bases=("ANTHROPIC_API_BASE", "ANTHROPIC_BASE_URL"),
    ),
    Family(
        "gemini",
        "Google Gemini",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        own="https://generativelanguage.googleapis.com",
        bases=("GEMINI_API_BASE",),
    ),
    Family(
        "azure",
        "Azure OpenAI",
        ("AZURE_API_KEY", "AZURE_OPENAI_API_KEY", "AZURE_AD_TOKEN"),
        base="AZURE_API_BASE",
        bases=("AZURE_OPENAI_ENDPOINT",),
    ),
    Family("azure_ai", "Azure AI", ("AZURE_AI_API_KEY",), base="AZURE_AI_API_BASE"),
    Family(
        "mistral",
        "Mistral",
        ("MISTRAL_API_KEY",),
        own="https://api.mistral.ai",
        bases=("MISTRAL_API_BASE", "MISTRAL_AZURE_API_BASE"),
    ),
    Family("groq", "Groq", ("GROQ_API_KEY",), own="https://api.groq.com", bases=("GROQ_API_BASE",)),
    Family(
        "openrouter",
        "OpenRouter",
        ("OPENROUTER_API_KEY", "OR_API_KEY"),
        own="https://openrouter.ai",
        bases=("OPENROUTER_API_BASE",),
    ),
    Family(
        "together_ai",
        "Together AI",
        ("TOGETHER_API_KEY", "TOGETHER_AI_API_KEY", "TOGETHERAI_API_KEY", "TOGETHER_AI_TOKEN"),
        own="https://api.together.ai",
        bases=("TOGETHER_AI_API_BASE",),
    ),
    Family("deepseek", "DeepSeek", ("DEEPSEEK_API_KEY",), own="https://api.deepseek.com", bases=("DEEPSEEK_API_BASE",)),
    Family(
        "cohere", "Cohere", ("COHERE_API_KEY", "CO_API_KEY"), own="https://api.cohere.com", bases=("COHERE_API_BASE",)
    ),
    Family("xai", "xAI", ("XAI_API_KEY",), own="https://api.x.ai", bases=("XAI_API_BASE",)),
    Family(
        "perplexity",
        "Perplexity",
        ("PERPLEXITYAI_API_KEY", "PERPLEXITY_API_KEY"),
        own="https://api.perplexity.ai",
        bases=("PERPLEXITY_API_BASE",),
    ),
    Family(
        "fireworks_ai",
        "Fireworks AI",
        ("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY", "FIREWORKSAI_API_KEY", "FIREWORKS_AI_TOKEN"),
        own="https://api.fireworks.ai",
        bases=("FIREWORKS_API_BASE", "FIREWORKS_AI_API_BASE"),
    ),
    Family("cerebras", "Cerebras", ("CEREBRAS_API_KEY",), own="https://api.cerebras.ai", bases=("CEREBRAS_API_BASE",)),
    Family(
        "sambanova", "SambaNova", ("SAMBANOVA_API_KEY",), own="https://api.sambanova.ai", bases=("SAMBANOVA_API_BASE",)
    ),
    Family(
        "nvidia_nim",
        "NVIDIA NIM",
        ("NVIDIA_NIM_API_KEY",),
        own="https://integrate.api.nvidia.com",
        bases=("NVIDIA_NIM_API_BASE",),
    ),
    Family(
        "deepinfra", "DeepInfra", ("DEEPINFRA_API_KEY",), own="https://api.deepinfra.com", bases=("DEEPINFRA_API_BASE",)
    ),
    Family(
        "moonshot", "Moonshot AI", ("MOONSHOT_API_KEY",), own="https://api.moonshot.ai", bases=("MOONSHOT_API_BASE",)
    ),
    Family(
        "huggingface",
        "Hugging Face",
        ("HF_TOKEN", "HUGGINGFACE_API_KEY"),
        (".cache/huggingface/token",),
        bases=("HF_API_BASE", "HUGGINGFACE_API_BASE"),
    ),
    Family(
        "replicate",
        "Replicate",
        ("REPLICATE_API_KEY", "REPLICATE_API_TOKEN"),
        own="https://api.replicate.com",
        bases=("REPLICATE_API_BASE",),
    ),
    Family("databricks", "Databricks", ("DATABRICKS_API_KEY", "DATABRICKS_TOKEN"), (".databrickscfg",)),
    Family(
        "bedrock",
        "AWS Bedrock",
        ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"),
        (".aws/credentials", ".aws/config"),
    ),
    Family(
        "vertex_ai",
        "Google Vertex AI",
        ("GOOGLE_APPLICATION_CREDENTIALS", "VERTEXAI_CREDENTIALS"),
        (".config/gcloud/application_default_credentials.json",),
    ),
    Family("ollama", "Ollama, on this machine"),
    Family("ollama_chat", "Ollama, its chat protocol"),
    Family("hosted_vllm", "vLLM", base="HOSTED_VLLM_API_BASE"),
    Family("lm_studio", "LM Studio", base="LM_STUDIO_API_BASE"),
    Family("llamafile", "llamafile, on this machine"),
)

BY_NAME = {family.name: family for family in FAMILIES}
