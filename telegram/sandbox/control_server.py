"""The server's side of the control channel: JSON lines on a loopback port, each with the token."""

import asyncio
import base64
import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from core.errors import StorageError, UserInputError
from telegram.sandbox import commands, records
from telegram.sandbox.address import FIRST_DC, SECOND_DC
from telegram.sandbox.data_centre import DataCentre
from telegram.sandbox.passwords import PasswordRecord, make_password_record
from telegram.sandbox.people import first_words, make_people
from telegram.sandbox.person_media import KINDS
from telegram.sandbox.phones import normalise_phone
from telegram.sandbox.state import Message

MAX_LINE_BYTES = 1 << 20


class ControlServer:
    """Carries out commands. Each is answered after what it changed is on file."""

    def __init__(self, centre: DataCentre, token: str) -> None:
        self._centre = centre
        self._token = token
        self._writers: set[asyncio.StreamWriter] = set()
        self._decoder = msgspec.json.Decoder(commands.Envelope)
        self._verbs: dict[type, Callable[[Any], Any]] = {
            commands.AddAccount: self._add_account,
            commands.ListAccounts: self._list_accounts,
            commands.LastCode: self._last_code,
            commands.ScanQrCode: self._scan_qr_code,
            commands.ListQrCodes: lambda command: centre.qr_addresses(),
            commands.SetSignInRules: self._set_sign_in_rules,
            commands.FreezeAccount: self._freeze_account,
            commands.LimitAccount: self._limit_account,
            commands.LetYoungSessionsEndOthers: self._let_young_sessions_end_others,
            commands.MakePeople: self._make_people,
            commands.InjectFault: lambda command: centre.faults.inject(command.fault),
            commands.ClearFaults: lambda command: centre.faults.clear(),
            commands.SetRepeatBehaviour: self._set_repeat_behaviour,
            commands.PersonSays: self._person_says,
            commands.PersonTypes: self._person_types,
            commands.AccountSays: self._account_says,
            commands.AccountReads: self._account_reads,
            commands.EditMessage: self._edit_message,
            commands.DeleteMessages: self._delete_messages,
            commands.React: self._react,
            commands.PersonReads: self._person_reads,
            commands.PersonBlocks: self._person_blocks,
            commands.DropLinks: self._drop_links,
            commands.SetClockOffset: self._set_clock_offset,
            commands.ForgetKeys: self._forget_keys,
            commands.MakeDifferenceTooLong: self._make_difference_too_long,
            commands.EndFileReferences: self._end_file_references,
            commands.GetStats: self._get_stats,
        }

    async def serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client until it closes, or `close_clients`."""
        self._writers.add(writer)
        try:
            while line := await reader.readline():
                writer.write(msgspec.json.encode(self._answer(line)) + b"\n")
                await writer.drain()
        except (OSError, ValueError):
            pass  # the client went away, or sent no lines
        finally:
            self._writers.discard(writer)
            writer.close()

    def close_clients(self) -> None:
        """Close every connection, which ends its `serve_client`."""
        for writer in self._writers:
            writer.close()

    def _answer(self, line: bytes) -> commands.Reply:
        try:
            envelope = self._decoder.decode(line)
        except msgspec.DecodeError:
            return commands.Reply(problem="This is no command.")
        if not secrets.compare_digest(envelope.token.encode(), self._token.encode()):
            return commands.Reply(problem="The token is wrong.")
        try:
            return commands.Reply(self.carry_out(envelope.command))
        except (UserInputError, StorageError) as error:
            return commands.Reply(problem=error.message)

    def carry_out(self, command: commands.AnyCommand) -> Any:
        """Do it; what it changed is on file when this returns. Raises UserInputError, StorageError."""
        result = self._verbs[type(command)](command)
        if not self._centre.turn.end():
            raise StorageError("The sandbox cannot write its files any more.")
        return result

    def _add_account(self, command: commands.AddAccount) -> commands.AccountInfo:
        state = self._centre.state
        user_id = state.next_account_id()
        is_bot = command.kind is commands.AccountKind.BOT
        phone = normalise_phone(command.phone)
        if not is_bot and not phone:
            phone = f"99966{len(state.accounts):05d}"
        if command.dc_id not in (FIRST_DC, SECOND_DC):
            raise UserInputError(f"The data centres of the sandbox are {FIRST_DC} and {SECOND_DC}.")
        if phone in state.user_id_by_phone or command.username.lower() in state.user_id_by_username:
            raise UserInputError("This phone or username is taken.")
        password = make_password_record(command.password) if command.password else PasswordRecord(b"", b"", b"")
        record = records.AccountMade(
            user_id=user_id,
            first_name=command.name,
            username=command.username,
            phone=phone,
            bot_token=f"{user_id}:{secrets.token_urlsafe(26)}" if is_bot else "",
            password_salt1=password.salt1,
            password_salt2=password.salt2,
            password_verifier=password.verifier,
            password_hint=command.password_hint,
            dc_id=command.dc_id,
        )
        self._centre.turn.record(record)
        return commands.AccountInfo(user_id, command.kind, command.name, command.username, phone, record.bot_token)

    def _list_accounts(self, command: commands.ListAccounts) -> list[commands.AccountInfo]:
        return [
            commands.AccountInfo(
                account.user_id,
                commands.AccountKind.BOT if account.bot_token else commands.AccountKind.USER,
                account.first_name,
                account.username,
                account.phone,
                account.bot_token,
            )
            for account in self._centre.state.accounts.values()
        ]

    def _last_code(self, command: commands.LastCode) -> str:
        sent = self._centre.sign_ins.codes.get(normalise_phone(command.phone))
        return sent.code if sent else ""

    def _scan_qr_code(self, command: commands.ScanQrCode) -> bool:
        self._check_account(command.account_id)
        token = command.url.partition("token=")[2]
        return self._centre.accept_login_token(
            base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)), command.account_id
        )

    def _set_sign_in_rules(self, command: commands.SetSignInRules) -> None:
        if not command.rules.kinds:
            raise UserInputError("A code needs at least one way to its owner.")
        self._centre.sign_ins.rules[normalise_phone(command.phone)] = command.rules

    def _freeze_account(self, command: commands.FreezeAccount) -> None:
        standing = self._standing(command.account_id)
        freeze = command.freeze or commands.Freeze(since_s=0, until_s=0, appeal_url="")
        self._centre.turn.record(
            msgspec.structs.replace(
                standing,
                frozen_since_s=freeze.since_s,
                frozen_until_s=freeze.until_s,
                appeal_url=freeze.appeal_url,
            )
        )

    def _limit_account(self, command: commands.LimitAccount) -> None:
        standing = self._standing(command.account_id)
        self._centre.turn.record(msgspec.structs.replace(standing, is_limited=command.is_limited))

    def _standing(self, account_id: int) -> records.StandingChanged:
        self._check_account(account_id)
        return self._centre.state.standings.get(account_id, records.StandingChanged(account_id, is_limited=False))

    def _let_young_sessions_end_others(self, command: commands.LetYoungSessionsEndOthers) -> None:
        self._centre.may_young_sessions_end_others = command.is_allowed

    def _make_people(self, command: commands.MakePeople) -> list[commands.PersonInfo]:
        state, turn = self._centre.state, self._centre.turn
        for account_id in command.account_ids:
            self._check_account(account_id)
        script_id = len(state.scripts) + 1
        turn.record(_script_record(script_id, command))
        people = list(
            make_people(
                command.count,
                seed=command.seed,
                first_id=state.next_person_id(),
                first_number=len(state.people) + 1,
                script_id=script_id,
            )
        )
        for person in people:
            turn.record(person)
            for account_id in command.account_ids:
                words = first_words(person, to_bot=state.accounts[account_id].is_bot)
                self._centre.person_says(person.user_id, account_id, words)
        return [
            commands.PersonInfo(
                user_id=person.user_id,
                username=person.username,
                name=f"{person.first_name} {person.last_name}".strip(),
                language=person.language,
                phone=person.phone,
            )
            for person in people
        ]

    def _set_repeat_behaviour(self, command: commands.SetRepeatBehaviour) -> None:
        self._centre.repeat_behaviour = command.behaviour

    def _person_says(self, command: commands.PersonSays) -> int:
        self._check_pair(command.person_id, command.account_id)
        if command.media is not None and command.media.kind not in KINDS:
            raise UserInputError(f"The sandbox knows no message of this kind; it knows {', '.join(KINDS)}.")
        return self._centre.person_says(command.person_id, command.account_id, command.text, command.media)

    def _person_types(self, command: commands.PersonTypes) -> None:
        self._check_pair(command.person_id, command.account_id)
        self._centre.person_types(command.person_id, command.account_id, is_typing=command.is_typing)

    def _account_says(self, command: commands.AccountSays) -> int:
        self._check_pair(command.person_id, command.account_id)
        return self._centre.owner_says(command.account_id, command.person_id, command.text)

    def _account_reads(self, command: commands.AccountReads) -> None:
        self._check_pair(command.person_id, command.account_id)
        dialog = self._centre.state.mailboxes[command.account_id].dialogs.get(command.person_id)
        if dialog is None or not dialog.message_ids:
            return
        max_id = command.max_id or dialog.message_ids[-1]
        if max_id > dialog.read_inbox_max_id:
            self._centre.account_reads(command.account_id, command.person_id, max_id, except_link=None)

    def _edit_message(self, command: commands.EditMessage) -> None:
        self._check_message(command.account_id, command.message_id)
        self._centre.edit_message(command.account_id, command.message_id, command.text)

    def _delete_messages(self, command: commands.DeleteMessages) -> int:
        self._check_account(command.account_id)
        return len(self._centre.delete_messages(command.account_id, command.message_ids))

    def _react(self, command: commands.React) -> None:
        message = self._check_message(command.account_id, command.message_id)
        actor_id = command.account_id if command.by_account else message.peer_id
        self._centre.react(command.account_id, command.message_id, actor_id, tuple(command.emoji))

    def _person_reads(self, command: commands.PersonReads) -> None:
        self._check_pair(command.person_id, command.account_id)
        dialog = self._centre.state.mailboxes[command.account_id].dialogs.get(command.person_id)
        if dialog is not None and dialog.message_ids:
            self._centre.person_reads(command.person_id, command.account_id, dialog.message_ids[-1])

    def _person_blocks(self, command: commands.PersonBlocks) -> None:
        self._check_pair(command.person_id, command.account_id)
        self._centre.person_blocks(command.person_id, command.account_id, is_blocked=command.is_blocked)

    def _drop_links(self, command: commands.DropLinks) -> int:
        links = self._centre.links(command.account_id)
        for link in links:
            link.drop()
        return len(links)

    def _set_clock_offset(self, command: commands.SetClockOffset) -> None:
        self._centre.clock.offset_s = command.seconds

    def _forget_keys(self, command: commands.ForgetKeys) -> int:
        self._check_account(command.account_id)
        holders = self._centre.holders(command.account_id)
        for holder in holders:
            self._centre.end_key(holder.auth_key.key_id, "forgotten")
        return len(holders)

    def _make_difference_too_long(self, command: commands.MakeDifferenceTooLong) -> None:
        self._check_account(command.account_id)
        self._centre.too_long.add(command.account_id)

    def _end_file_references(self, command: commands.EndFileReferences) -> None:
        self._check_account(command.account_id)
        self._centre.turn.record(records.ReferencesEnded(command.account_id))

    def _get_stats(self, command: commands.GetStats) -> commands.Stats:
        state = self._centre.state
        return commands.Stats(
            calls=dict(self._centre.calls),
            refused_repeats=dict(self._centre.faults.refused_repeats),
            links=len(self._centre.links()),
            accounts=len(state.accounts),
            people=len(state.people),
            messages=sum(len(mailbox.message_id_by_random_id) for mailbox in state.mailboxes.values()),
            sources=dict(self._centre.sources),
        )

    def _check_account(self, account_id: int) -> None:
        if account_id not in self._centre.state.accounts:
            raise UserInputError(f"There is no account {account_id} in this sandbox.")

    def _check_message(self, account_id: int, message_id: int) -> Message:
        self._check_account(account_id)
        message = self._centre.state.mailboxes[account_id].messages.get(message_id)
        if message is None:
            raise UserInputError(f"Account {account_id} has no message {message_id} in this sandbox.")
        return message

    def _check_pair(self, person_id: int, account_id: int) -> None:
        self._check_account(account_id)
        if person_id not in self._centre.state.people:
            raise UserInputError(f"There is no person {person_id} in this sandbox.")


def _script_record(script_id: int, command: commands.MakePeople) -> records.ScriptMade:
    script = command.script
    return records.ScriptMade(
        script_id=script_id,
        seed=command.seed,
        read_chance=script.read_chance,
        reply_chance=script.reply_chance,
        stop_chance=script.stop_chance,
        block_chance=script.block_chance,
        read_after_min_s=script.read_after_s[0],
        read_after_max_s=script.read_after_s[1],
        answer_after_min_s=script.answer_after_s[0],
        answer_after_max_s=script.answer_after_s[1],
    )
