"""From the generators that a project or a command names to generators that make cases."""

from __future__ import annotations

from typing import Any

from synterm.describe.generators.base import Generator
from synterm.plugins import Registry

BUILT_IN = {
    "ambiguous": "synterm.describe.generators.borderline:Ambiguous",
    "borderline": "synterm.describe.generators.borderline:Borderline",
    "casing": "synterm.describe.generators.casing:Casing",
    "contractions": "synterm.describe.generators.contractions:Contractions",
    "contradict": "synterm.describe.generators.contradict:Contradict",
    "disguise": "synterm.describe.generators.attacks.disguise:Disguise",
    "edge-cases": "synterm.describe.generators.edge_cases:EdgeCases",
    "elaborate": "synterm.describe.generators.elaborate:Elaborate",
    "emoji": "synterm.describe.generators.emoji:Emoji",
    "fillers": "synterm.describe.generators.fillers:Fillers",
    "fragments": "synterm.describe.generators.fragments:Fragments",
    "from-description": "synterm.describe.generators.from_description:FromDescription",
    "from-documents": "synterm.describe.generators.from_documents:FromDocuments",
    "harmless": "synterm.describe.generators.attacks.harmless:Harmless",
    "homoglyphs": "synterm.describe.generators.homoglyphs:Homoglyphs",
    "indirect-injection": "synterm.describe.generators.attacks.indirect:IndirectInjection",
    "jailbreak": "synterm.describe.generators.attacks.jailbreak:Jailbreak",
    "misspellings": "synterm.describe.generators.misspellings:Misspellings",
    "off-topic": "synterm.describe.generators.attacks.off_topic:OffTopic",
    "paraphrase": "synterm.describe.generators.paraphrase:Paraphrase",
    "personas": "synterm.describe.generators.personas:Personas",
    "prompt-leak": "synterm.describe.generators.attacks.prompt_leak:PromptLeak",
    "punctuation": "synterm.describe.generators.punctuation:Punctuation",
    "recombine": "synterm.describe.generators.recombine:Recombine",
    "resource-abuse": "synterm.describe.generators.attacks.resource_abuse:ResourceAbuse",
    "shorthand": "synterm.describe.generators.shorthand:Shorthand",
    "template": "synterm.describe.generators.template:Template",
    "terse": "synterm.describe.generators.elaborate:Terse",
    "vary": "synterm.describe.generators.vary:Vary",
    "whitespace": "synterm.describe.generators.whitespace:Whitespace",
}
GENERATORS = Registry("generator", Generator, BUILT_IN)


def load_generator(config: dict[str, Any]) -> Generator:
    """The generator of a configuration such as ``{"type": "casing", "strength": 0.5}``.

    Raises InvalidError, with each problem and its field, when it can't be made.
    """
    return GENERATORS.make(config)


def known_generators() -> dict[str, str]:
    """Every type of generator that can be used here, with what it does in one line."""
    return GENERATORS.titles()
