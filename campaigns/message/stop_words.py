"""Whether a message says STOP: the whole of it, once case, punctuation, emoji and white space are taken away.

A person who says STOP is suppressed everywhere, so words that also mean something else to a business (cancel, end,
quit, no) are not in the list, and a sentence that holds a stop word is not STOP: a person in the inbox reads it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NewType

StopWords = NewType("StopWords", frozenset[str])  # made by `make_stop_words`

PHRASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("stop", "stop all", "stopall", "unsubscribe", "unsubscribe me", "opt out", "optout", "remove me"),
        "ar": ("توقف", "قف", "إيقاف", "إلغاء الاشتراك"),
        "be": ("стоп", "адпісацца", "адпіска"),
        "de": ("stopp", "abmelden", "abbestellen", "austragen"),
        "es": ("parar", "alto", "baja", "darme de baja", "dar de baja", "desuscribirme", "cancelar suscripción"),
        "fa": ("توقف", "لغو اشتراک"),
        "fr": ("arrêt", "arrêter", "arrêtez", "désabonner", "se désabonner", "désinscription", "se désinscrire"),
        "he": ("עצור", "הסר", "הסרה", "הסר אותי"),
        "id": ("berhenti", "berhenti berlangganan"),
        "it": ("ferma", "fermare", "cancellami", "annulla iscrizione", "disiscrivimi"),
        "ja": ("停止", "配信停止", "ストップ"),
        "kk": ("тоқта", "тоқтату", "тоқтат"),
        "ko": ("중지", "정지", "수신거부", "수신 거부", "구독 취소"),
        "nl": ("afmelden", "uitschrijven"),
        "pl": ("wypisz", "wypisz mnie", "rezygnuję"),
        "pt": ("parar", "pare", "sair", "descadastrar", "cancelar inscrição"),
        "ru": ("стоп", "отписаться", "отписка", "отпишите", "отпишите меня", "отпиши меня", "не пишите мне"),
        "tr": ("dur", "durdur", "ret", "abonelikten çık"),
        "uk": ("стоп", "відписатися", "відписатись", "відписка", "відпишіть мене", "не пишіть мені"),
        "zh": ("停止", "退订", "退訂", "取消订阅", "取消訂閱"),
    }
)
_COMMAND = re.compile(r"(/\w+)@\w+")  # /stop@some_bot, as Telegram's clients write a command in a group
_INVISIBLE = frozenset({"Mn", "Me", "Cf"})  # accents, variation selectors, key caps, zero-width and direction signs


def make_stop_words(phrases: Iterable[str]) -> StopWords:
    """Stop words from phrases as people write them. Phrases without a letter or digit are left out."""
    return StopWords(frozenset(key for phrase in phrases if (key := _key(phrase))))


def is_stop(text: str, words: StopWords | None = None) -> bool:
    """Whether the whole text is one of the words, said once or again and again. Default: `DEFAULT`, all languages."""
    known = DEFAULT if words is None else words
    whole = text.strip()
    command = _COMMAND.fullmatch(whole)
    key = _key(command[1] if command else whole)
    parts = key.split()
    return key in known or (len(set(parts)) == 1 and parts[0] in known)


def languages_of(text: str) -> tuple[str, ...]:
    """In which languages this message says STOP; none for an operator's own word."""
    return tuple(code for code, phrases in PHRASES.items() if is_stop(text, make_stop_words(phrases)))


def _key(text: str) -> str:
    """What is left of a text for comparing: letters and digits without accents, case or width, single blanks."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).replace("ı", "i")
    kept = (
        "" if category in _INVISIBLE else sign if category[0] in "LNM" else " "
        for sign, category in ((sign, unicodedata.category(sign)) for sign in folded)
    )
    return " ".join("".join(kept).split())


DEFAULT = make_stop_words(phrase for phrases in PHRASES.values() for phrase in phrases)


def with_more(words: str) -> StopWords:
    """The words of all languages and these, with commas between: an operator's own."""
    known = (phrase for phrases in PHRASES.values() for phrase in phrases)
    return make_stop_words([*known, *words.split(",")])
