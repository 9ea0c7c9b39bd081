"""Reading the text of a message from a file."""

from pathlib import Path

from campaigns.audience.files.opening import unreadable
from core.errors import UserInputError


def read_message(path: Path) -> str:
    """Raises UserInputError when it is not text in UTF-8, or cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserInputError(f"{path} is not text in UTF-8.", hint="Save it as UTF-8.") from error
    except OSError as error:
        raise unreadable(error) from error
