"""The synthetic data loop in a terminal; in a program, the guard: ``from synterm import Guard``."""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself takes longer to load than all of this
if TYPE_CHECKING:
    from synterm.production.guard import Guard

__all__ = ("Guard", "__version__")
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # Loaded when it is asked for: whatever else is imported from here pays nothing for it.
    if name == "Guard":
        from synterm.production.guard import Guard

        return Guard
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
