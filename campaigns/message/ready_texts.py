"""The texts of one message made ready for people: each is parsed once, when the first person of its kind comes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from campaigns.message.parsing import parse_template
from campaigns.message.variants import Choice, Message
from core.domain.message import ButtonRows, OutgoingMessage

if TYPE_CHECKING:
    from campaigns.message.template import Template


class ReadyTexts:
    """A message that does not change any more, and what each person gets of it."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self._media = tuple(each.media for each in message.media)
        self._texts: dict[Choice, tuple[Template, ButtonRows]] = {}

    def render(self, choice: Choice, values: Mapping[str, str]) -> OutgoingMessage:
        """What a person with these values gets. Raises UserInputError (a mistake in the text, a field is missing, the
        text is empty), MessageTooLong, and LookupError for a choice that the message does not have.
        """
        known = self._texts.get(choice)
        if known is None:
            text = self.message.find(choice)
            known = self._texts[choice] = parse_template(text.source), text.buttons
        template, buttons = known
        return OutgoingMessage(
            text=template.render(values, is_caption=bool(self._media)),
            preview=self.message.preview,
            is_silent=self.message.is_silent,
            buttons=buttons,
            media=self._media,
        )
