"""What a person asked for cannot be done as it is: what they entered, or the state or the person it asks for."""

from core.errors.base import AppError


class UserInputError(AppError):
    """What was entered or given cannot be used as it is."""

    code = "bad_input"
    default_title = "This cannot be used as it is"


class CommandNotUnderstood(UserInputError):
    """A mistake on the command line."""

    code = "usage"
    default_title = "This command line is not understood"
    default_hint = "The same command with --help says what it takes."


class MissingField(UserInputError):
    """A message uses a field that is empty for one person and names no fallback."""

    code = "missing_field"
    default_title = "A field is empty for this person"

    def __init__(self, field: str) -> None:
        super().__init__(
            f"The message uses {{{{ {field} }}}}, which is empty for this person.",
            hint=f'Add a fallback, such as {{{{ {field} | default("friend") }}}}, or fill the field.',
        )
        self.field = field


class EmptyMessage(UserInputError):
    """With the fields of one person nothing is left that can be seen."""

    code = "empty_message"
    default_title = "The message is empty"
    default_message = "With the fields of this person nothing is left that can be seen."
    default_hint = "Add text that everybody gets."


class InvalidTransitionError(AppError):
    """A change of state that the table of transitions does not allow."""

    code = "invalid_transition"
    default_title = "This cannot be done in its present state"


class SamePersonError(AppError):
    """The setting asks for a second person, and the one who approves is the one who submitted."""

    code = "same_person"
    default_title = "A second person has to approve this"
    default_hint = "Let a colleague approve it under their own name. Settings, Review says whether that is needed."


class Cancelled(AppError):
    """A person cancelled it. Not an error: shown as a state, never as a failure."""

    code = "cancelled"
    default_title = "Cancelled"
