"""What a template or a model leaves in a text that is to be somebody's input, in the languages that models talk most.

Templates, chat formats and lost characters look the same in all languages. Gaps and small talk are told by words, so in
a language that is not in the table they pass.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from synterm.checks.patterns import Pattern, compile_pattern

_ENGLISH = (
    r"\A\W*(?:sure|certainly|of course|absolutely)\b\W+here(?:'s|’s| is| are)\b[^.\n]{0,60}:"
    r"|\A\W*(?:sure|certainly|of course|absolutely)\b\W+(?:i can help|i can do that|i'd be happy|i would be happy)\b"
    r"|\A\W*(?:(?:sure|certainly|of course|okay|ok)\b\W+)?here(?:'s|’s| is| are)\b.{0,60}\b"
    r"(?:paraphras|rewrit|rewrot|reword|rephras|variation|alternative|version)"
    r"|\b(?:as an ai|as a (?:large )?language model|i am an ai|i'm (?:just )?an ai)\b"
    r"|\A\W*(?:paraphrased?|rephrased|rewritten|reworded|variation|variant|version)(?: \d+)?(?: \w+){0,2}:"
    r"|\A\W*(?:i'm sorry|i am sorry|sorry|i apologi[sz]e)[,.]?(?: but)? i "
    r"(?:can(?:no|')t|am (?:not able|unable)|won't)\b.{0,60}"
    r"(?:rewrit|paraphras|rephras|generat|creat|assist with|fulfill|comply|that request)"
    r"|\b(?:i hope this helps|feel free to ask|let me know if you (?:need|want|would like|have)) ?[^.?!]{0,60}\W*\z"
    r"|\bnote: (?:this|the|i)\b.{0,60}\b(?:paraphras|rewrit|original|variation)"
)


class _Words(NamedTuple):
    """How a model talks in one language, as alternatives of regular expressions."""

    sure: str
    here: str
    """What it hands its work over with."""
    rewritten: str
    """What it calls its work."""
    model: str
    """How it speaks of itself."""
    gap: str
    """What it wants to be filled in, in brackets."""


_LANGUAGES = {
    "ar": _Words(
        "بالتأكيد|بالطبع|حسن[ًا]+",
        "إليك|هذه|هذا|فيما يلي",
        "صياغة|بصيغة",
        "كنموذج لغ|بصفتي نموذج",
        "اسمك?|الاسم|التاريخ",
    ),
    "de": _Words(
        "sicher|gerne?|klar|natürlich|selbstverständlich",
        "hier (?:ist|sind|kommt|kommen)",
        "umformulier|umgeschrieben|paraphras|variante|anders formuliert",
        "als (?:ki-|großes )?sprachmodell|als (?:eine )?ki,",
        "ihre?n?|deine?n?|name|vorname|datum|betrag|firma",
    ),
    "es": _Words(
        "claro(?: que sí)?|por supuesto|desde luego",
        "aquí (?:tienes?|está|están|va|van)",
        "reformul|parafras|reescri|variaci[oó]n",
        "como (?:un )?modelo de lenguaje|como ia,",
        "tu|su|nombre|apellido|fecha|empresa",
    ),
    "fr": _Words(
        "bien sûr|certainement|d['’]accord|avec plaisir",
        "voici|voilà",
        "reformul|paraphras|réécri|variante",
        "en tant qu['’]ia|en tant que modèle",
        "votre|vos|ton|nom|prénom|entreprise",
    ),
    "he": _Words("בטח|כמובן|בוודאי", "הנה|להלן", "ניסוח|פרפרזה|שכתוב", "כמודל שפה", "שמך|השם|שם|תאריך"),
    "hi": _Words("ज़रूर|जरूर|बिल्कुल|अवश्य", "यहाँ|यहां", "पुनर्लेखन|दूसरे शब्दों|फिर से लिख", "भाषा मॉडल के रूप", "आपका|नाम|तारीख"),
    "it": _Words(
        "certo|certamente|naturalmente|volentieri",
        "ecco",
        "riformul|parafras|riscri|variant[ei]",
        "come modello linguistico|come ia,",
        "il tuo|la tua|nome|cognome|azienda",
    ),
    "ja": _Words(
        "もちろん(?:です)?|はい|かしこまりました|承知しました|承知いたしました",
        "以下(?:は|が|に)|こちら(?:は|が)",
        "言い換え|書き換え|リライト|パラフレーズ",
        "(?:AI|人工知能|言語モデル)として",
        "お?名前|氏名|会社名|日付",
    ),
    "ko": _Words(
        "물론(?:입니다|이죠|이에요)?|네|알겠습니다",
        "다음은|여기",
        "다시 (?:쓴|작성|표현)|바꿔 (?:쓴|말)|재작성|패러프레이즈",
        "(?:AI|인공지능|언어 모델)로서",
        "이름|성함|날짜|회사명",
    ),
    "nl": _Words(
        "zeker|natuurlijk|tuurlijk|graag",
        "hier (?:is|zijn|komt)",
        "herformule|herschre|parafras|variant",
        "als (?:een )?(?:ai-)?taalmodel",
        "uw|je|jouw|naam|voornaam|datum|bedrijf",
    ),
    "pl": _Words(
        "oczywiście|jasne|pewnie",
        "oto",
        "parafraz|przeformuł|przeredag|innymi słowami",
        "jako model językowy",
        "twoje|imię|nazwisko|firma",
    ),
    "pt": _Words(
        "claro|com certeza|certamente",
        "aqui (?:está|estão|vai|vão)|segue",
        "reformul|parafras|reescri|variaç",
        "como (?:um )?modelo de linguagem|como ia,",
        "seu|sua|nome|sobrenome|empresa",
    ),
    "ru": _Words(
        "конечно|разумеется|хорошо",
        "вот",
        "перефраз|переформулир|переписан",
        "как языковая модель",
        "ваш[аеиу]?|вашего|имя|фамилия|дата|название",
    ),
    "tr": _Words(
        "tabii(?: ki)?|elbette",
        "işte",
        "yeniden (?:yaz|ifade)|başka (?:bir )?(?:deyiş|şekilde)",
        "dil modeli olarak",
        "adınız|isminiz|ad soyad|tarih|şirket",
    ),
    "uk": _Words(
        "звичайно|звісно", "ось", "перефраз|переформул|переписан", "як мовна модель", "ваш[ае]?|ім['’]я|прізвище"
    ),
    "zh": _Words(
        "当然(?:可以)?|好的|没问题|當然(?:可以)?|沒問題",
        "以下是|这是|下面是|這是",
        "改写|改寫|释义|释意|换(?:一)?种说法|換(?:一)?種說法|重新表述|复述",
        "作为(?:一个|一名)?(?:人工智能|AI|大?语言模型)|作為(?:一個)?(?:人工智慧|AI|語言模型)",
        "您的|你的|姓名|名字|公司|日期",
    ),
}
"""Only what is sure: a word that users begin with as well has to come with another one that they don't."""

_NO_LETTER = r"[^\pL]"  # RE2's \W and \b know ASCII alone: for them every Cyrillic letter is white space.


def _talk(words: _Words) -> str:
    start = rf"\A{_NO_LETTER}*"
    sure = rf"(?:{words.sure}){_NO_LETTER}"
    return "|".join(
        (
            rf"{start}{sure}*(?:{words.here})[^\n]{{0,80}}?[:：]\s*\n",
            rf"{start}(?:{sure}*)?(?:{words.here})[^\n]{{0,80}}?[:：]\s*\z",
            rf"{start}(?:{sure}*)?(?:{words.here}).{{0,60}}?(?:{words.rewritten})",
            rf"{start}(?:{words.rewritten})[\pL\pM]*(?: \d+)?[:：]",
            rf"(?:{words.model})",
        )
    )


_GAP = "|".join(words.gap for words in _LANGUAGES.values())
_SOURCES = {
    "characters that got lost are left in it": "\ufffd",
    "a placeholder of a template is left in it": r"\{\{|\{%|%\}|\$\{[A-Za-z_]|｛｛",
    "a gap to be filled in is left in it": (
        r"(?i)\[(?:your|the|insert|name|date|city|company|product|order|number|amount|time|place)\b[^\]]{0,40}\]"
        r"|<(?:your|insert|name|date|city|company|product|placeholder)\b[^>]{0,40}>|_{4,}|lorem ipsum|[〇○◯]{2,}"
        rf"|[\[［【](?:{_GAP})(?:{_NO_LETTER}[^\]］】]{{0,40}})?[\]］】]"
        rf"|[\[［【](?:{_LANGUAGES['zh'].gap}|{_LANGUAGES['ja'].gap}|{_LANGUAGES['ko'].gap})[^\]］】]{{0,40}}[\]］】]"
    ),
    "a mark of a chat format is left in it": (
        r"<[|｜][a-z_▁]{2,30}[|｜]>|\[/?INST\]|(?m)^(?:###\s*)?(?:User|Assistant|Human|AI|Response):"
    ),
    "a model talks about its work": f"(?i){'|'.join((_ENGLISH, *map(_talk, _LANGUAGES.values())))}",
}


@cache
def marks() -> dict[str, Pattern]:
    """What each kind of leftover is called, and the pattern that finds it."""
    return {what: compile_pattern(source) for what, source in _SOURCES.items()}
