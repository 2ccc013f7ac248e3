"""The answer holds SQL, in a code fence or alone."""

from __future__ import annotations

import re

from synterm.checks.base import Answer, Example
from synterm.checks.is_sql import IsSql
from synterm.checks.sql_text import MAX_CHARACTERS
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

_FENCE = re.compile(r"```(?:sql)?([^`]+)```", re.IGNORECASE)


class ContainsSql(IsSql):
    """The answer holds SQL in a code fence, or is SQL, and uses only tables and columns that it may.

    Of several fences one is enough; SQL amid other text without a fence is not found. All fences together may hold
    50,000 characters. For the rest as ``is-sql``.
    """

    type = "contains-sql"
    example = Example({}, "Try this:\n```sql\nSELECT name FROM users\n```", True, "contains SQL for MySQL")

    def judge(self, answer: Answer) -> CheckResult:
        fenced = _FENCE.findall(answer.text)
        if sum(map(len, fenced)) > MAX_CHARACTERS:
            raise InputError(f"the code in the answer is over {MAX_CHARACTERS:,} characters long")
        first: str | None = None
        for text in fenced or [answer.text]:
            complaint = self.complaint(text)
            if complaint is None:
                return self.verdict(True, f"contains SQL for {self.rules.database}")
            first = first or complaint
        return self.verdict(False, first or "contains no SQL")
