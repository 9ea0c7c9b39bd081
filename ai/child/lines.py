"""What goes through the pipes between a window and the child that asks the model, as JSON lines."""

import msgspec

from ai.child.orders import AnyOrder
from core.errors import AppError
from core.text_model import ModelInfo, SentRequest


class Line(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="is"):
    """Its repr is its name only: keys and texts never get into a log. `number`: of the question it belongs to."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


# From the parent.


class HandKey(Line, frozen=True, kw_only=True):
    """The provider's key, read from the secret store by the parent; "" where there is none."""

    provider: str
    key: str


class Ask(Line, frozen=True, kw_only=True):
    """`is_streamed`: the text is told as it is written; `is_fresh`: no answer that is kept."""

    number: int
    order: AnyOrder
    actor: str
    is_streamed: bool = False
    is_fresh: bool = False


class Look(Line, frozen=True, kw_only=True):
    """What would be sent for it; nothing is."""

    number: int
    order: AnyOrder
    is_streamed: bool = False


class ListModels(Line, frozen=True, kw_only=True):
    number: int


class Cancel(Line, frozen=True, kw_only=True):
    """Nobody waits for it any more."""

    number: int


Command = HandKey | Ask | Look | ListModels | Cancel


# From the child.


class Written(Line, frozen=True, kw_only=True):
    """The whole text so far."""

    number: int
    text: str


class Answered(Line, frozen=True, kw_only=True):
    """`value` is decoded by the order."""

    number: int
    value: msgspec.Raw


class Seen(Line, frozen=True, kw_only=True):
    number: int
    sent: SentRequest


class Models(Line, frozen=True, kw_only=True):
    number: int
    models: tuple[ModelInfo, ...]


class Failed(Line, frozen=True, kw_only=True):
    """The texts of an error, and its code."""

    number: int
    code: str
    title: str
    message: str
    hint: str
    detail: str

    @classmethod
    def of(cls, number: int, error: AppError) -> "Failed":
        return cls(
            number=number,
            code=error.code,
            title=error.title,
            message=error.message,
            hint=error.hint,
            detail=error.detail,
        )


Told = Written | Answered | Seen | Models | Failed
