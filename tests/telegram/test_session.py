"""The session's secret, and the people learned over a connection."""

import os

import pytest
from telethon.tl import types

from core.errors import SecretStoreError
from telegram.session import AccountSession, SessionSecret, peer_from_user

KEY = os.urandom(256)
SECRET = SessionSecret(dc_id=4, host="149.154.167.91", port=443, key=KEY)


def test_a_secret_survives_being_stored() -> None:
    assert SessionSecret.from_bytes(SECRET.to_bytes()) == SECRET


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"WRS1",
        SECRET.to_bytes()[:-1],
        SECRET.to_bytes() + b"x",
        b"WRS9" + SECRET.to_bytes()[4:],
        os.urandom(300),
    ],
)
def test_a_damaged_secret_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(SecretStoreError) as caught:
        SessionSecret.from_bytes(content)

    assert "Sign in again" in caught.value.hint


def test_the_key_shows_in_no_text() -> None:
    assert repr(KEY)[2:20] not in repr(SECRET)
    assert KEY.hex()[:16] not in repr(SECRET)


def test_the_fingerprint_names_the_key_and_gives_nothing_away() -> None:
    session = AccountSession(SECRET)
    same = SessionSecret(dc_id=2, host="127.0.0.1", port=1, key=KEY)

    assert len(SECRET.fingerprint) == 8
    assert same.fingerprint == SECRET.fingerprint
    assert SECRET.fingerprint not in KEY
    assert SECRET.fingerprint != session.auth_key.key_id.to_bytes(8, "little")


def test_a_session_opens_with_its_secret_and_gives_the_same_back() -> None:
    assert AccountSession(SECRET).to_secret() == SECRET


def user(**options: object) -> types.User:
    return types.User(**{"id": 7, "access_hash": 70, "first_name": "Ada", "phone": "9996612345"} | options)


def test_only_people_who_can_be_addressed_are_learned_and_without_their_phone() -> None:
    session = AccountSession()

    session.learn(
        [user(), user(id=8, min=True), user(id=9, access_hash=None), user(id=10, is_self=True), types.UserEmpty(11)]
    )

    fresh = session.take_fresh()
    assert list(fresh) == [7]
    assert "9996612345" not in repr(fresh)
    assert session.peer(7) == fresh[7]
    assert session.peer(8) is None


def test_a_person_is_handed_over_again_only_when_something_changed() -> None:
    session = AccountSession()
    session.learn([user()])
    session.take_fresh()

    session.learn([user()])
    assert not session.take_fresh()
    session.learn([user(last_name="Lovelace")])
    assert session.take_fresh()[7].name == "Ada Lovelace"


def test_one_of_several_usernames_is_known() -> None:
    names = [types.Username("old", active=False), types.Username("ada", active=True)]

    peer = peer_from_user(user(usernames=names))

    assert peer is not None
    assert peer.username == "ada"
