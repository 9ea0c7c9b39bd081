"""What must not be read by others is taken out; what is needed to understand a line stays."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.redaction import MARK, MIN_LENGTH, Redactor, is_secret_name

BOT_TOKEN = "7012345678:" + "AAF" + "x9-_" * 8
SESSION = "1" + "Ab9_" * 88
API_KEY = "AIza" + "Sy9-_" * 7


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.mark.parametrize(
    "secret", ["hunter22", "ключ от двери", 'a "quoted" \\ one', "line\nbreak", "12345", "a+b/c=d e"]
)
def test_registered_value_is_taken_out_in_its_usual_spellings(redactor: Redactor, secret: str) -> None:
    redactor.register(secret)

    for spelling in (secret, repr(secret), json.dumps(secret), json.dumps(secret, ensure_ascii=False), quote(secret)):
        inner = spelling if spelling == secret or spelling == quote(secret) else spelling[1:-1]
        if "/" in inner and inner == quote(secret):
            inner = quote(secret, safe="")
        assert redactor.text(f"before {inner} after") == f"before {MARK} after"


def test_registered_key_is_taken_out_as_hex_and_base64(redactor: Redactor) -> None:
    import base64

    key = bytes(range(200, 232))
    redactor.register(key)

    for spelling in (
        key.hex(),
        key.hex().upper(),
        base64.b64encode(key).decode(),
        base64.urlsafe_b64encode(key).decode(),
    ):
        assert spelling.rstrip("=") not in redactor.text(f"key {spelling}")


def test_secret_inside_another_leaves_nothing_of_it(redactor: Redactor) -> None:
    redactor.register("abcde")
    redactor.register("xxabcdeyy")

    assert redactor.text("it is xxabcdeyy") == f"it is {MARK}"


def test_registered_number_is_taken_out_where_it_is_a_number(redactor: Redactor) -> None:
    redactor.register("99966123456")

    assert redactor.value({"account": 99966123456, "count": 12}) == {"account": MARK, "count": 12}


def test_very_short_values_are_not_registered(redactor: Redactor) -> None:
    redactor.register("12")

    assert redactor.text("12 of 120 sent") == "12 of 120 sent"


@pytest.mark.parametrize(
    "line",
    [
        'code="12345"', "code='12345'", "code=12345", '{"code": "12345"}', "{'code': '12345'}", "code == 12345",
        "phone=12345", "phone_number: 12345", "password: 12345", "bot_token=12345", "API_HASH=12345",
        "api-key: 12345", "x-goog-api-key: 12345", "Authorization: Bearer 12345", "phone_code_hash='12345'",
        "session=12345", 'first_name="12345"', "proxy_password='12345'", "tg://proxy?secret=12345&port=1",
    ],
)  # fmt: skip
def test_value_of_a_telling_name_is_taken_out(redactor: Redactor, line: str) -> None:
    clean = redactor.text(f"before {line} after")

    assert "12345" not in clean
    assert clean.startswith("before ")
    assert clean.endswith(" after")


@pytest.mark.parametrize(
    "line",
    [
        "SendMessageRequest(peer=InputPeerUser(user_id=5), message='Hello Ann', random_id=7)",
        'SendMessageRequest(message="Ann\'s Hello", random_id=7)',
        "text=Hello Ann, how are you",
        '{"text": "Hello Ann", "to": 5}',
        "{'message': 'Hello Ann'}",
        "message_text='Hello Ann and it is cut of",
        "body='Hello \\' Ann'",
    ],
)
def test_message_text_is_taken_out(redactor: Redactor, line: str) -> None:
    clean = redactor.text(line)

    assert "Ann" not in clean
    assert MARK in clean


@pytest.mark.parametrize(
    ("secret", "line"),
    [
        (API_KEY, f"GET https://host/v1?key={API_KEY}"),
        ("AQ." + "Ab8-" * 9, "called with AQ." + "Ab8-" * 9),
        (BOT_TOKEN, f"https://api.host/bot{BOT_TOKEN}/getMe"),
        (SESSION, f"loaded {SESSION}="),
        ("+99966123456", "sign in of +99966123456 failed"),
        ("+999 66 1 23-45", "sign in of +999 66 1 23-45 failed"),
        ("me:pw", "through socks5://me:pw@127.0.0.1:1080"),
    ],
)
def test_what_looks_like_a_credential_is_taken_out(redactor: Redactor, secret: str, line: str) -> None:
    clean = redactor.text(line)

    assert secret not in clean
    assert MARK in clean


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-20T20:17:33.123+00:00 lane of account 12 claimed 50",
        "2026-11-20 20:17:33 +0200 user 7012345678 in chat -1001234567890",
        "exit code: 3 after 120 tries, 5+12345 rows",
        "message 48210 of campaign 7 is sent, random_id=8123456789012345678",
        "session of account 12 opened: 3 devices",
        "error_code=420 took_ms=12.5 status_code: 503",
        "http://127.0.0.1:8080/path@2x is up",
        "token_count=5 prompt_tokens: 12",
        "context=worker textual=no",
        "sha256 1f0c6b2ad3 of 1234567890",
    ],
)
def test_times_ids_and_counts_stay_readable(redactor: Redactor, line: str) -> None:
    assert redactor.text(line) == line


@pytest.mark.parametrize(
    "name", ["password", "Bot_Token", "apiHash", "api-hash", "phone", "text", "body", "message_text"]
)
def test_secret_names_are_known_in_every_spelling(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["message", "error_code", "delivery_id", "session_id", "prompt_tokens", "reason"])
def test_ordinary_names_are_not_secret(name: str) -> None:
    assert not is_secret_name(name)


def test_structures_are_redacted_all_the_way_down(redactor: Redactor) -> None:
    redactor.register("hunter22")
    loop: list[object] = []
    loop.append(loop)

    clean = redactor.value(
        {"rows": [{"password": "x", "n": 1}, ("hunter22", b"raw")], "hunter22": None, "token": "", "at": loop}
    )

    assert clean["rows"] == [{"password": MARK, "n": 1}, [MARK, "<3 bytes>"]]  # type: ignore[index, call-overload]
    assert "hunter22" not in json.dumps(clean)


def test_unknown_objects_are_redacted_by_their_repr(redactor: Redactor) -> None:
    class Request:
        def __repr__(self) -> str:
            return "Request(message='Hello Ann', code='12345')"

    clean = json.dumps(redactor.value([Request(), ValueError("password=12345")]))

    assert "Ann" not in clean
    assert "12345" not in clean


@given(st.text(min_size=MIN_LENGTH, max_size=60), st.text(max_size=80), st.text(max_size=80))
def test_registered_value_never_survives_wherever_it_stands(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.register(secret)

    clean = redactor.text(before + secret + after)

    # The mark itself may hold a short secret such as "redact".
    assert secret not in clean.replace(MARK, "") or secret in MARK or secret in (before + after)
