"""New cases at the edges of a behavior."""

from __future__ import annotations

from synterm.describe.generators.base import Surroundings
from synterm.describe.generators.writing import Writer


class EdgeCases(Writer):
    """Writes inputs that are rare and hard: where an app that works on the usual ones would stumble."""

    type = "edge-cases"
    title = "rare and hard inputs of the behavior"

    def task(self, around: Surroundings) -> str:
        return (
            "Write inputs at the edges of the behavior, such as an app stumbles over that does well on the usual ones: "
            "two requests in one, the request after a long story, a word that misleads, a condition, a correction in "
            "mid-sentence, numbers and dates that are odd, a quotation of somebody else's request, another language in "
            "between, a request that is nearly one of another kind. Use another kind of edge for each."
        )

    def told(self) -> str:
        return "written at the edge of the behavior"
