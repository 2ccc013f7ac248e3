"""The filter of what is no input, in languages and scripts other than English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Found, Known
from synterm.describe.filters.registry import load_filter

MODELS_SAY = """\
Gerne, hier ist eine umformulierte Nachricht: Ich will mein Geld zurück
Hier sind drei Varianten:
Als KI-Sprachmodell kann ich keine Bestellungen haben
Sehr geehrte [Ihr Name], wo bleibt mein Paket
Bien sûr ! Voici une reformulation : je veux être remboursé
En tant que modèle de langage, je ne peux pas
Bonjour, je suis [Votre nom] et j'attends
¡Claro! Aquí tienes una versión reformulada: quiero mi dinero
Aquí están las variaciones:
Soy [tu nombre] y no funciona
Certo, ecco la frase riformulata: rivoglio i miei soldi
Claro, aqui está uma paráfrase ou texto reformulado: quero meu dinheiro
Zeker, hier is een herformulering: ik wil mijn geld terug
Oczywiście, oto przeformułowana wiadomość: chcę zwrotu
Tabii ki, işte yeniden yazılmış hali: paramı istiyorum
Конечно, вот перефразированный текст: верните деньги
Вот несколько вариантов:
Как языковая модель, я не могу
Меня зовут [Ваше имя], верните деньги
Звичайно, ось перефразований текст: поверніть гроші
بالتأكيد، إليك إعادة صياغة للرسالة: أريد نقودي
مرحبا، أنا [اسمك] وأريد نقودي
כמובן, הנה ניסוח אחר: אני רוצה את הכסף
बिल्कुल, यहाँ दूसरे शब्दों में: मुझे पैसे वापस चाहिए
当然，以下是改写后的句子：我要退款
好的，这是改写：我想退货
作为一个人工智能语言模型，我不能
我是【您的姓名】，我要退款
もちろんです。以下は言い換えです：返金してください
〇〇と申しますが、返金してください
물론입니다. 다음은 다시 작성한 문장입니다: 환불해 주세요
안녕하세요, [이름]입니다
｛｛name｝｝さん、返金してください
the order is lat\ufffd
<｜begin▁of▁sentence｜>hello""".split("\n")
USERS_SAY = """\
Hier ist mein Name: Anna Schmidt
Gerne hätte ich mein Geld zurück
Als Sprachlehrerin brauche ich ein Buch
Voici mon numéro de commande : 4711
Bien sûr que non
Aquí tienes mi número: 4711
Claro que quiero mi dinero
Ecco il mio ordine, il 4711
Вот мой номер заказа: 4711
Хорошо, верните деньги
Какие есть варианты оплаты?
هذا هو رقم طلبي: 4711
بالتأكيد أريد نقودي
הנה המספר שלי: 4711
यहाँ मेरा ऑर्डर नंबर है: 4711
当然要退款
这是我的订单号：4711
以下是我的问题：什么时候到货？
はい、こちらが注文番号です：4711
もちろん返金してください
네, 여기 주문번호입니다: 4711
お名前は何ですか
[URGENT] мой заказ не пришёл
array[i] und name[0] gehen nicht
退款退款退款退款退款退款
أين طلبي؟
איפה ההזמנה שלי
สินค้าของฉันอยู่ที่ไหน
👍
😡😡😡
👩‍👩‍👧‍👦
🇩🇪
❤️
？
…
。。。
٣٤٥""".split("\n")
BLANK = [
    "\u200b\u200b",
    "\ufeff",
    "\u200f",
    "\u3164",
    "\u2800\u2800",
    "\u00ad",
    "\ufe0f",
    "\u3000",
    "\x00\x07",
    "\u180e",
]
SCRIPTS = {
    "Cyrillic": (0x0400, 0x04FF),
    "Hebrew": (0x05D0, 0x05EA),
    "Arabic": (0x0620, 0x064A),
    "Devanagari": (0x0904, 0x0939),
    "Thai": (0x0E01, 0x0E2E),
    "Hangul": (0xAC00, 0xD7A3),
    "Kana": (0x3041, 0x30FE),
    "Han": (0x4E00, 0x9FFF),
    "emoji": (0x1F600, 0x1F64F),
}
JUDGE = load_filter({"type": "well-formed"}).open(Known([], ()))
any_text = st.text(st.characters(codec=None))


def found(text: str, seed: str | None = None) -> Found:
    before = None if seed is None else Case(scenario_id="s", input={"message": seed})
    return JUDGE.judge(Candidate({"message": text}, None, "same", ""), before)


@pytest.mark.parametrize("text", MODELS_SAY)
def test_what_models_and_templates_leave_is_dropped_unless_the_seed_has_it(text: str) -> None:
    assert not found(text).kept
    assert found(text, text).kept


@pytest.mark.parametrize("text", USERS_SAY)
def test_what_people_write_is_kept(text: str) -> None:
    assert found(text).reason == "well formed"


@pytest.mark.parametrize("text", BLANK)
def test_what_shows_nothing_is_empty_unless_the_seed_is(text: str) -> None:
    assert found(text).reason == "it is empty"
    assert found(text, "hello").reason == "it is empty"
    assert found(text, "\u200b").kept


@given(any_text)
def test_a_text_that_its_seed_is_too_is_always_kept(text: str) -> None:
    assert found(text, text).kept


@given(any_text, any_text)
def test_any_text_gets_a_verdict_with_a_reason_that_can_be_shown(text: str, seed: str) -> None:
    reason = found(text, seed).reason
    assert reason and reason.isprintable()


@given(
    st.sampled_from(sorted(SCRIPTS)).flatmap(
        lambda name: st.text(st.characters(min_codepoint=SCRIPTS[name][0], max_codepoint=SCRIPTS[name][1]), min_size=1)
    )
)
def test_letters_of_any_script_without_spaces_are_no_leftover(text: str) -> None:
    assert found(text).reason == "well formed"


@given(
    st.text(st.sampled_from("退款我要订单里"), min_size=1),
    st.sampled_from(["﹃{}﹄", "({})", "“{}”", "{}？", "1. {}", "@{}", "{}\n{}"]),
)
def test_punctuation_of_people_is_kept(text: str, written: str) -> None:
    assert found(written.replace("{}", text)).kept
