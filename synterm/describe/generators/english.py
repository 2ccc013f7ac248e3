"""Whether a text is in English, for generators that know no other language."""

from __future__ import annotations

from synterm.describe.generators.tokens import words

_ENGLISH = frozenset(
    "a about after all am an and any anyone anything are at be because been before book but by call can can't cancel "
    "change check could did do does doesn't don't email every find for friday from get give go going had has have he "
    "hello help her here hi his how i i'd i'll i'm i've if in is isn't it it's its just know last let let's like make "
    "me meeting message monday more move my need new next no not now of on one or our out please put question remind "
    "reschedule room same say schedule send she should show so some someone start summarize sunday tell thanks that "
    "that's the their them then there these they this thursday time to today tomorrow tuesday up us want was we "
    "wednesday week were what what's when where which who why will with without won't work would yes you your".split()
)
# Frequent in one of Dutch, French, German, Italian, Polish, Portuguese, Scandinavian, Spanish, and not English words.
_OTHERS = frozenset(
    "aber alle als auch auf aus avec av bei bin ce che ci co com como con da dans das de del dem den der des dich det "
    "di die dir dla du é een ein eine einen el ela elle en er es esta está est et être för für gli haben hast het "
    "hoy ich ik il ist jag je jeg jest kan kann kannst la las le les lo los mañana med mein mich mir mit morgen na não "
    "nach nicht niet nie ø och oder og ou para per più por pour qu que quel qui się sie sind som sono sul sur te tu "
    "um un una und une van voor vous vom von wie wir você y za ze zu zum".split()
)


def is_english(text: str) -> bool:
    """Whether a text is likely English: it has frequent English words, and fewer that only others have.

    Some words of it are needed; a text that might be anything ("Bob, Lisbon") counts as not English.
    """
    said = [word.group().lower().replace("’", "'") for word in words(text[:5000])]
    english = sum(word in _ENGLISH for word in said)
    others = sum(word in _OTHERS and word not in _ENGLISH for word in said)
    return english > others and english * 10 >= len(said)
