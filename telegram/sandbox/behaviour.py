"""What people do after they got a message: read it, answer, say STOP, block. All of it follows from their seed.

What is still to happen when the process ends does not happen later.
"""

from collections.abc import Callable
from random import Random

from telegram.sandbox.data_centre import DataCentre
from telegram.sandbox.records import ScriptMade

STOP_WORDS = ("STOP", "stop!", "Stop 🙏", "Стоп", "стоп.", "UNSUBSCRIBE")
REPLIES = (
    "Thanks!",
    "Danke, passt 👍",
    "Sounds good. When?",
    "¿Cuánto cuesta?",
    "Спасибо, интересно",
    "ありがとう",
    "Please don't stop writing :)",
    "Yes",
)


CallLater = Callable[..., object]


class Behaviour:
    """Lets people act by themselves."""

    def __init__(self, centre: DataCentre, call_later: CallLater) -> None:
        """`call_later(seconds, function, *arguments)` is the event loop's."""
        self._centre = centre
        self._call_later = call_later
        centre.on_message_to_person = self.react

    def react(self, account_id: int, person_id: int, message_id: int) -> None:
        """Decide what the person does about this message, and when."""
        state = self._centre.state
        script = state.scripts[state.people[person_id].script_id]
        # A new generator per message, so that behaviour is the same after a restart and for any order of sends.
        random = Random(f"{script.seed}:{person_id}:{state.messages_to_person[person_id]}")
        roll, read_roll = random.random(), random.random()
        read_after_s = random.uniform(script.read_after_min_s, script.read_after_max_s)
        answer_after_s = random.uniform(script.answer_after_min_s, script.answer_after_max_s)
        if read_roll < script.read_chance:
            self._call_later(read_after_s, self._centre.person_reads, person_id, account_id, message_id)
        text = self._choose_answer(script, roll, random)
        if text is None:
            return
        if text == "":
            self._call_later(answer_after_s, self._block, person_id, account_id)
        elif not self._has_said_stop(person_id, account_id):
            self._call_later(answer_after_s, self._say, person_id, account_id, text)

    def _choose_answer(self, script: ScriptMade, roll: float, random: Random) -> str | None:
        """A text to say, "" to block, None for nothing."""
        if roll < script.block_chance:
            return ""
        if roll < script.block_chance + script.stop_chance:
            return random.choice(STOP_WORDS)
        if roll < script.block_chance + script.stop_chance + script.reply_chance:
            return random.choice(REPLIES)
        return None

    def _has_said_stop(self, person_id: int, account_id: int) -> bool:
        mailbox = self._centre.state.mailboxes[account_id]
        messages = (mailbox.messages[number] for number in mailbox.dialogs[person_id].message_ids)
        return any(not message.is_outgoing and message.text in STOP_WORDS for message in messages)

    def _say(self, person_id: int, account_id: int, text: str) -> None:
        if (person_id, account_id) not in self._centre.state.blocks:
            self._centre.person_says(person_id, account_id, text)

    def _block(self, person_id: int, account_id: int) -> None:
        self._centre.person_blocks(person_id, account_id, is_blocked=True)
