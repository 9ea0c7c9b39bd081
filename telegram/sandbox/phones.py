"""Phone numbers as the sandbox keeps them: digits only."""


def normalise_phone(phone: str) -> str:
    """The digits of a phone number."""
    return "".join(letter for letter in phone if letter.isdigit())
