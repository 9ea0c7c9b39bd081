"""A request to a text model in words: everything that leaves is in it, without the marks around it."""

from core.text_model import SentRequest
from desktop.pages.composer.assist.request_words import Run, request_pieces


def test_marks_become_names_and_placeholders_stand_out() -> None:
    sent = SentRequest(
        address="http://127.0.0.1/",
        body="{}",
        instructions="Between ⟦ and ⟧ stands a placeholder.",
        text="<conversation>\n<us>\nHi ⟦name⟧\n</us>\n<them>\nYes\nand no\n</them>\n</conversation>\n\n"
        "1: <them_>\na <b>\n</them_>",
    )
    pieces = request_pieces(sent)
    assert "".join(piece.text for piece in pieces) == (
        "What the model works on\nUs: Hi ⟦name⟧\nThe person: Yes\nand no\n\n1: The person: a <b>\n\n"
        "What it is told to do\nBetween ⟦ and ⟧ stands a placeholder."
    )
    assert [piece.text for piece in pieces if piece.run is Run.PLACEHOLDER] == ["⟦name⟧"]


def test_a_request_whose_parts_nobody_knows_has_no_words() -> None:
    assert request_pieces(SentRequest(address="http://127.0.0.1/", body="{}")) == []
