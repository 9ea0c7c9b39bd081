"""People made up from a seed: names in many scripts, usernames, languages, phones of Telegram's test range."""

from collections.abc import Iterator
from random import Random

from telegram.sandbox.records import PersonMade

NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ar": (("ليلى", "أحمد", "مريم", "يوسف", "نور"), ("الحسن", "منصور", "الخطيب", "سليمان")),
    "de": (("Anneliese", "Jürgen", "Käthe", "Björn", "Sönke"), ("Müller", "Größmann", "Weiß", "von der Heide")),
    "el": (("Ελένη", "Νίκος", "Μαρία", "Γιώργος"), ("Παπαδόπουλος", "Οικονόμου", "Δημητρίου")),
    "en": (("Mary-Ann", "James", "Olivia", "Sean", "D'Arcy"), ("O'Neill", "Smith", "MacDonald", "Lee")),
    "es": (("José", "Lucía", "Íñigo", "Begoña"), ("Núñez", "de la Cruz", "García", "Ibáñez")),
    "he": (("נועה", "דוד", "תמר", "איתן"), ("כהן", "לוי", "מזרחי")),
    "hi": (("आरव", "दीया", "विवान", "अनन्या"), ("शर्मा", "वर्मा", "पटेल")),
    "ja": (("陽菜", "蓮", "結衣", "翔太"), ("佐藤", "鈴木", "高橋")),
    "ka": (("ნინო", "გიორგი", "მარიამ"), ("ბერიძე", "კაპანაძე")),
    "ko": (("서연", "민준", "지우"), ("김", "이", "박")),
    "pl": (("Łucja", "Zbigniew", "Żaneta", "Świętosława"), ("Wójcik", "Kowalczyk", "Dąbrowski")),
    "pt": (("João", "Conceição", "Inês"), ("Gonçalves", "Magalhães", "da Silva")),
    "ru": (("Анна", "Дмитрий", "Ёлка", "Сергей"), ("Иванова", "Щербаков", "Соловьёв")),
    "th": (("สมชาย", "มาลี", "อนงค์"), ("ศรีสุข", "ทองดี")),
    "tr": (("İpek", "Çağrı", "Ömer", "Gülşen"), ("Yılmaz", "Öztürk", "Şahin")),
    "uk": (("Оксана", "Іван", "Ґанна", "Юрій"), ("Шевченко", "Коваленко", "Їжак")),
    "zh": (("小明", "丽华", "子涵"), ("王", "李", "欧阳")),
}
GREETINGS = {"ar": "مرحبا", "de": "Hallo!", "es": "¡Hola!", "ja": "こんにちは", "ru": "Здравствуйте!", "zh": "你好"}
START = "/start"
FIRST_PHONE = 10_000  # +99966XYYYY: five free digits; those below are left to accounts
LAST_PHONE = 99_999


def make_people(count: int, *, seed: int, first_id: int, first_number: int, script_id: int) -> Iterator[PersonMade]:
    """People number `first_number` and on. Beyond the phones of the test range they have none."""
    random = Random(f"people:{seed}:{first_number}")
    languages = sorted(NAMES)
    for number in range(first_number, first_number + count):
        language = random.choice(languages)
        first_names, last_names = NAMES[language]
        phone = FIRST_PHONE + number - 1
        yield PersonMade(
            user_id=first_id + number - first_number,
            first_name=random.choice(first_names),
            last_name=random.choice(last_names) if random.random() < 0.8 else "",
            username=f"person_{number:05d}",
            phone=f"99966{phone}" if phone <= LAST_PHONE else "",
            language=language,
            script_id=script_id,
        )


def first_words(person: PersonMade, *, to_bot: bool) -> str:
    """How a person opens a conversation."""
    return START if to_bot else GREETINGS.get(person.language, "Hello!")
