"""A heading and the field of a template meet in one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.field_names import to_field_name


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("First Name", "first_name"),
        ("  E-mail 1 - Value ", "e_mail_1_value"),
        ("Город доставки", "город_доставки"),
        ("नाम", "नाम"),
        ("ＮＡＭＥ", "name"),
        ("Straße", "strasse"),
        ("2nd name", "_2nd_name"),
        ("___", ""),
        ("!?", ""),
    ],
)
def test_a_heading_becomes_a_field_name(heading: str, name: str) -> None:
    assert to_field_name(heading) == name


@given(st.text())
def test_a_field_name_is_an_identifier_and_stays_as_it_is(heading: str) -> None:
    name = to_field_name(heading)

    assert name == "" or name.isidentifier()
    assert to_field_name(name) == name
