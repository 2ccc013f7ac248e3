"""New cases about what stands in the project's documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from synterm.checks.question import fenced
from synterm.core.case import Case
from synterm.describe.generators.asked import MOST_CHARACTERS
from synterm.describe.generators.base import Surroundings
from synterm.describe.generators.writing import Writer


class FromDocuments(Writer):
    """Writes what users would send who want to know what stands in a passage of the documents."""

    type = "from-documents"
    title = "new inputs about passages of the project's documents"
    reads_documents: ClassVar[bool] = True

    def task(self, around: Surroundings) -> str:
        return (
            "Write inputs of users that can only be handled well with what stands in the passages. They do not know "
            "the passages, so they do not quote them or speak of a text; they ask in their own words."
        )

    def parts(self, seed: Case | None, around: Surroundings) -> Iterator[str]:
        if not around.documents:
            raise ValueError("the project has no documents: synterm add PROJECT document --help")
        yield from super().parts(seed, around)
        for passage in around.documents:
            yield fenced("passage", passage[:MOST_CHARACTERS])

    def told(self) -> str:
        return "written from a passage of the documents"
