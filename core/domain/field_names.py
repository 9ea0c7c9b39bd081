"""One spelling for the names of a person's fields, so that a column "First Name" is the field `first_name`."""

import unicodedata


def to_field_name(heading: str) -> str:
    """The field name of a column heading: NFKC, case folded, every run of other signs one underscore.

    The result is an identifier in any script ("Город доставки" becomes `город_доставки`), or empty if the heading has
    no letter and no digit. Applying it again changes nothing.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", heading).casefold())
    words = "".join(sign if ("a" + sign).isidentifier() else " " for sign in folded).split()
    name = "_".join(words).strip("_")
    return f"_{name}" if name and not name.isidentifier() else name
