"""The one message that may follow a STOP: it says that the STOP was heard, in the language the person was written to.

There is at most one for each person until they agree again, and none for who blocked. Its row is written in the unit that
suppresses them.
"""

import hashlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from core.domain.ids import AccountId, TelegramUserId
from core.domain.message import FormattedText, OutgoingMessage

EVERY_LANGUAGE: Final = ""
FALLBACK: Final = "en"
SEPARATOR: Final = "|"

# A text for each language whose words for STOP are known: that it was heard, and nothing that asks for an answer.
TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "You will not get any more messages from us.",
        "ar": "لن تصلك منا أي رسائل أخرى.",
        "be": "Вы больш не будзеце атрымліваць ад нас паведамленні.",
        "bg": "Няма да получавате повече съобщения от нас.",
        "cs": "Už od nás nedostanete žádné další zprávy.",
        "da": "Du får ikke flere beskeder fra os.",
        "de": "Sie erhalten keine weiteren Nachrichten von uns.",
        "el": "Δεν θα λάβετε άλλα μηνύματα από εμάς.",
        "es": "No recibirá más mensajes nuestros.",
        "et": "Te ei saa meilt enam sõnumeid.",
        "fa": "دیگر پیامی از ما دریافت نخواهید کرد.",
        "fi": "Et saa meiltä enää viestejä.",
        "fr": "Vous ne recevrez plus de messages de notre part.",
        "he": "לא יישלחו אליך עוד הודעות מאיתנו.",
        "hi": "अब आपको हमारी ओर से कोई और संदेश नहीं मिलेगा।",
        "hr": "Više nećete primati poruke od nas.",
        "hu": "Nem küldünk Önnek több üzenetet.",
        "id": "Anda tidak akan menerima pesan lagi dari kami.",
        "it": "Non riceverà altri messaggi da parte nostra.",
        "ja": "今後、こちらからメッセージをお送りすることはありません。",
        "kk": "Біз сізге енді хабарлама жібермейміз.",
        "ko": "앞으로 저희가 메시지를 보내지 않습니다.",
        "lt": "Daugiau mūsų žinučių negausite.",
        "lv": "Jūs vairs nesaņemsiet no mums ziņas.",
        "nb": "Du får ikke flere meldinger fra oss.",
        "nl": "U ontvangt geen berichten meer van ons.",
        "pl": "Nie będziemy już wysyłać żadnych wiadomości.",
        "pt": "Você não receberá mais mensagens nossas.",
        "ro": "Nu veți mai primi mesaje de la noi.",
        "ru": "Вы больше не будете получать от нас сообщения.",
        "sk": "Už od nás nedostanete žiadne ďalšie správy.",
        "sv": "Du får inga fler meddelanden från oss.",
        "th": "คุณจะไม่ได้รับข้อความจากเราอีก",
        "tr": "Bizden artık mesaj almayacaksınız.",
        "uk": "Ви більше не отримуватимете від нас повідомлень.",
        "vi": "Bạn sẽ không nhận thêm tin nhắn nào từ chúng tôi.",
        "zh": "您将不会再收到我们的消息。",
    }
)

_SAME: Final = {"no": "nb", "nn": "nb", "iw": "he", "in": "id"}  # other codes of the same languages


class StopConfirmations:
    """What a person reads after a STOP, by language. An empty text means that nothing is sent in that language."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def find(self, languages: Iterable[str]) -> OutgoingMessage | None:
        """In the first of these languages that is known, "de-AT" being "de" as well. None: nothing is sent."""
        codes = [language.lower().replace("_", "-") for language in languages if language]
        names = (_SAME.get(name, name) for code in codes for name in (code, code.partition("-")[0]))
        text = next((self._texts[name] for name in (*names, EVERY_LANGUAGE, FALLBACK) if name in self._texts), "")
        return OutgoingMessage(text=FormattedText(text)) if text else None


def parse_texts(setting: str) -> StopConfirmations:
    """Our texts, and in their place an operator's own, as the setting gives them: "de: Abgemeldet. | en: Done.".

    A part without a language takes the place of all that are not named; a language with nothing behind it is not
    confirmed.
    """
    own: dict[str, str] = {}
    for part in setting.replace("\n", SEPARATOR).split(SEPARATOR):
        language, colon, text = part.partition(":")
        code = _SAME.get(language.strip().lower(), language.strip().lower())
        if colon and code in TEXTS:
            own[code] = text.strip()
        elif part.strip():
            own[EVERY_LANGUAGE] = part.strip()
    return StopConfirmations(own if EVERY_LANGUAGE in own else {**TEXTS, **own})


def confirmation_random_id(account_id: AccountId, user_id: TelegramUserId, message_id: int) -> int:
    """The same for the same STOP, so that none is confirmed by a second message when it is read again after a restore."""
    digest = hashlib.sha256(f"stop {account_id} {user_id} {message_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1 or 1
