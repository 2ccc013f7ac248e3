"""Whether a text is in English, for generators that know no other language."""

from __future__ import annotations

import re

from synterm.describe.generators.tokens import words

# Frequent, and no words of other languages: "was", "in", "is", "no", "me" and their like tell nothing.
_ENGLISH = frozenset(
    "about after and any anyone anything are be because been before book but by call can't cancel change check "
    "could did does doesn't don't email every find friday from get give go going has have hello help here how i'd "
    "i'll i'm i've if isn't it it's its just know let's like make meeting message monday more move much my need new "
    "next not now of or our out play please put question remind reschedule room same say schedule send set she "
    "should show some someone start stop summarize sunday tell thank thanks that that's the their them then there "
    "these they this thursday time to today tomorrow tuesday turn up us want wednesday week were what what's when "
    "where which who why with without won't work would yes you your".split()
)
# Frequent in one of Dutch, French, German, Italian, Polish, Portuguese, Scandinavian, Spanish, and not English words.
_OTHERS = frozenset(
    "aan aber alle als att auch auf aus av avec bei bin bitte ce che ci co com como con da dans das de del dem den "
    "der des det deux di dich die dir dla du een ein eine einen einer el ela elle en er es est esta este está et "
    "för für gli haben han har hast het hoy ich il ist jag je jeg jest kan kann kannst la las le les lo los mañana "
    "med mein meine mi mich mir mit moi mon morgen na nach ne nicht nie niet não och oder og ou para pas per più "
    "por pour qu que quel qui quiero quoi se sich sie sind som sono sul sur te tu um un una und une van você vom "
    "von voor vous wie wir y za ze zu zum zur é être".split()
)


_ASCII = re.compile("[a-z]+(?:'[a-z]+)*")


def is_english(text: str) -> bool:
    """Whether a text is likely English: it has frequent English words, and fewer that only others have.

    Some words of it are needed; a text that might be anything ("Bob, Lisbon") counts as not English.
    """
    english, others, said = _counted(text)
    return english > others and english * 10 >= said


def is_foreign(text: str) -> bool:
    """Whether a text is likely in another language: what might be anything is not."""
    english, others, _ = _counted(text)
    return others > english


def _counted(text: str) -> tuple[int, int, int]:
    """How many words are frequent in English; how many only in others; how many there are."""
    head = text[:5000]
    if head.isascii():  # as most are, and then nothing stands upon a letter
        said = _ASCII.findall(head.lower())
    else:
        said = [word.group().lower().replace("’", "'") for word in words(head)]
    english = sum(word in _ENGLISH for word in said)
    # A word with a letter that English does without counts for the others as well: some are borrowed.
    others = sum(word in _OTHERS or not word.isascii() for word in said)
    return english, others, len(said)
