"""Opening a file that a person chose: what is none is refused in words, and nothing is read of a pipe or a device."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from core.errors import UserInputError

SAVE_AS = "Save it as CSV in UTF-8: in Excel “CSV UTF-8”, in LibreOffice “Text CSV” with the character set UTF-8."


def open_file(path: Path) -> BinaryIO:
    """The open file. Raises UserInputError for what is not there, not to be read, or no file."""
    try:
        mode = path.stat().st_mode  # before it is opened: a named pipe would hold the program
        if not stat.S_ISREG(mode):
            raise UserInputError(
                "It is a folder." if stat.S_ISDIR(mode) else "It is a device or a pipe.",
                title="This is not a file",
                hint="Choose a file with people in it.",
            )
        return path.open("rb")
    except OSError as error:
        raise unreadable(error) from error
    except ValueError as error:  # a name with a NUL
        raise UserInputError("There is no file of this name.", title="This file is not there") from error


def empty_file() -> UserInputError:
    return UserInputError(
        "There is nothing in it.", title="This file is empty", hint="Choose a file with a header and people in it."
    )


def no_text() -> UserInputError:
    return UserInputError("It holds signs that no text has.", title="This is not a text file", hint=SAVE_AS)


def unreadable(error: OSError) -> UserInputError:
    hints = {
        FileNotFoundError: "Check the name and the folder.",
        NotADirectoryError: "Check the name and the folder.",
        PermissionError: "Give yourself the right to read it, or copy it to a folder of yours.",
    }
    is_missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    return UserInputError(
        f"There is no file {error.filename}."
        if is_missing
        else f"The system does not give {error.filename} to Wireroom.",
        title="This file is not there" if is_missing else "This file cannot be read",
        hint=hints.get(type(error), "Copy it to a disk of this computer and choose the copy."),
        detail=type(error).__name__ if error.errno is None else os.strerror(error.errno),
    )
