"""What training on an export would cost."""

from __future__ import annotations

from synterm.core.manifest import Cost
from synterm.finetune.formats.base import Made

_MILLION = 1_000_000


def cost_of(made: Made) -> Cost:
    """The tokens that are trained on, all epochs together, at the price that was given; of several methods, those of
    the one with the most."""
    sums = [
        sum(file.tokens for file in made.data if (file.method, file.part) == (one, "train")) for one in made.methods
    ]
    epochs = made.options.epochs
    tokens = epochs * max(sums, default=0)
    price = made.options.train_price
    if price is None:
        words = "unknown: no price for a million tokens was given (--train-price)"
        return Cost(epochs=epochs, tokens=tokens, usd_per_million_tokens=None, usd=None, words=words)
    usd = round(tokens * price / _MILLION, 6)
    words = f"about ${usd:,.4f}: {tokens:,} tokens in {epochs} epochs at ${price:g} for a million"
    return Cost(epochs=epochs, tokens=tokens, usd_per_million_tokens=price, usd=usd, words=words)
