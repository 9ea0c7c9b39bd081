"""Whether a message says STOP: the whole of it, once case, punctuation, emoji and white space are taken away.

A person who says STOP is suppressed everywhere, so words that also mean something else to a business (cancel, end,
quit, no) are not in the list, and a sentence that holds a stop word is not STOP: a person in the inbox reads it. A
please or thanks before or after it changes nothing.
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
        "bg": ("стоп", "спри", "отписване", "отпиши ме", "не ми пишете"),
        "cs": ("odhlásit", "odhlásit odběr", "odhlaste mě", "nepište mi"),
        "da": ("afmeld", "afmeld mig", "frameld", "stop det"),
        "de": ("stopp", "abmelden", "abbestellen", "austragen"),
        "el": ("σταμάτα", "σταματήστε", "διαγραφή", "απεγγραφή"),
        "es": ("parar", "alto", "baja", "darme de baja", "dar de baja", "desuscribirme", "cancelar suscripción"),
        "et": ("lõpeta", "lõpetage", "loobun", "tühista tellimus"),
        "fa": ("توقف", "لغو اشتراک"),
        "fi": ("lopeta", "lopettakaa", "peru tilaus", "poista minut", "peruuta tilaus"),
        "fr": ("arrêt", "arrêter", "arrêtez", "désabonner", "se désabonner", "désinscription", "se désinscrire"),
        "he": ("עצור", "הסר", "הסרה", "הסר אותי"),
        "hi": ("रोकें", "बंद करो", "बंद करें", "सदस्यता समाप्त"),
        "hr": ("odjavi me", "odjavite me", "prestani", "prestanite"),
        "hu": ("leiratkozás", "leiratkozom", "állj", "ne írjanak"),
        "id": ("berhenti", "berhenti berlangganan"),
        "it": ("ferma", "fermare", "cancellami", "annulla iscrizione", "disiscrivimi"),
        "ja": ("停止", "配信停止", "ストップ", "停止してください", "配信停止してください"),
        "kk": ("тоқта", "тоқтату", "тоқтат"),
        "ko": ("중지", "정지", "수신거부", "수신 거부", "구독 취소"),
        "lt": ("sustabdyti", "sustabdykite", "atsisakau", "neberašykite"),
        "lv": ("pārtrauciet", "atteikties", "atrakstīties", "nerakstiet man"),
        "nb": ("stopp", "meld av", "avmeld", "meld meg av"),
        "nl": ("afmelden", "uitschrijven"),
        "pl": ("wypisz", "wypisz mnie", "rezygnuję"),
        "pt": ("parar", "pare", "sair", "descadastrar", "cancelar inscrição"),
        "ro": ("dezabonare", "dezabonează-mă", "mă dezabonez", "oprește", "opriți"),
        "ru": ("стоп", "отписаться", "отписка", "отпишите", "отпишите меня", "отпиши меня", "не пишите мне"),
        "sk": ("odhlásiť", "odhlásiť odber", "odhláste ma", "nepíšte mi"),
        "sv": ("stopp", "sluta", "avregistrera", "avprenumerera", "avanmäl"),
        "th": ("หยุด", "หยุดส่ง", "เลิกติดตาม", "ยกเลิกการสมัคร"),
        "tr": ("dur", "durdur", "ret", "abonelikten çık"),
        "uk": ("стоп", "відписатися", "відписатись", "відписка", "відпишіть мене", "не пишіть мені"),
        "vi": ("dừng lại", "ngừng lại", "ngừng gửi", "hủy đăng ký"),
        "zh": ("停止", "退订", "退訂", "取消订阅", "取消訂閱"),
    }
)
POLITE = (
    "please",
    "pls",
    "plz",
    "thanks",
    "thank you",
    "bitte",
    "danke",
    "por favor",
    "gracias",
    "obrigado",
    "obrigada",
    "s'il vous plaît",
    "svp",
    "stp",
    "merci",
    "per favore",
    "grazie",
    "пожалуйста",
    "спасибо",
    "будь ласка",
    "дякую",
    "калі ласка",
    "моля",
    "proszę",
    "dziękuję",
    "prosím",
    "děkuji",
    "alsjeblieft",
    "alstublieft",
    "bedankt",
    "kiitos",
    "snälla",
    "tack",
    "tak",
    "takk",
    "lütfen",
    "teşekkürler",
    "köszönöm",
    "kérem",
    "mulțumesc",
    "vă rog",
    "παρακαλώ",
    "ευχαριστώ",
    "من فضلك",
    "בבקשה",
    "תודה",
    "tolong",
    "terima kasih",
    "お願いします",
    "谢谢",
    "请",
)
"""Said before or after a word for STOP."""

_LONGEST = 100  # letters of a STOP with all that is polite around it
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
    return any(_is_known(each, known) for each in (key, _without_politeness(key)))


def _is_known(key: str, known: StopWords) -> bool:
    parts = key.split()
    return key in known or (len(set(parts)) == 1 and parts[0] in known)


def _without_politeness(key: str) -> str:
    is_shorter = len(key) <= _LONGEST  # a longer text is a sentence, and every message comes here
    while is_shorter:
        before = key
        for words in _POLITE:
            key = f" {key} ".removeprefix(f" {words} ").removesuffix(f" {words} ").strip()
        is_shorter = len(key) < len(before)
    return key


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


_POLITE = tuple(_key(words) for words in POLITE)
DEFAULT = make_stop_words(phrase for phrases in PHRASES.values() for phrase in phrases)


def with_more(words: str) -> StopWords:
    """The words of all languages and these, with commas between: an operator's own."""
    known = (phrase for phrases in PHRASES.values() for phrase in phrases)
    return make_stop_words([*known, *words.split(",")])
