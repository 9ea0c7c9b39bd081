"""Asking the text model of a workspace: by its settings, within its budget, from its cache, with an event each.

Nothing of a provider's library is loaded before the first question, and none at all while AI is turned off.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

import msgspec

from ai.keys import read_key
from ai.patience import PatientModel
from ai.providers import Target, open_model
from core.ai_errors import AiAnswerUnfit, AiBudgetSpent, AiError, AiKeyRejected, AiNotAllowed, AiTurnedOff
from core.clock import Clock
from core.config import AiSettings
from core.domain.ai import OF_THE_INBOX, UNASKED, AiBudget, AiCacheFigures, AiFeature, AiUsage
from core.domain.ids import ConversationId
from core.ports import AiLedger, Secrets
from core.retry import RetryPolicy
from core.text_model import ModelInfo, SentRequest, TextAnswer, TextModel, TextRequest, TokenCount

T = TypeVar("T")

ANSWERED, CACHED, CANCELLED = "answered", "cached", "cancelled"
_NO_KEY = "no-key"  # for looking at requests before there is one; what is looked at never leaves

OpenSecrets = Callable[[], Awaitable[Secrets | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a feature asks. Text, instructions and shape leave the machine: build them of templates, never of people's
    values. `conversation_id` stays: it is for the line in Activity.
    """

    feature: AiFeature
    text: str
    instructions: str = ""
    shape: type[msgspec.Struct] | None = None
    conversation_id: ConversationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AiStatus:
    """How writing with AI stands. `today` is of what people ask for, not of what runs by itself."""

    is_on: bool
    provider: str
    address: str
    model: str
    needs_key: bool
    requests_today: int
    tokens_today: int
    budget: AiBudget
    starts_again_at: datetime
    cache: AiCacheFigures


async def _no_secrets() -> Secrets | None:
    return None


class AiService:
    """For one process and event loop. The adapter stays open with its key until the settings change or `close`."""

    def __init__(
        self, *, settings: Callable[[], AiSettings], ledger: AiLedger, policy: RetryPolicy, clock: Clock
    ) -> None:
        """`settings` is asked for every question, so that a change acts at once."""
        self._settings = settings
        self._ledger = ledger
        self._policy = policy
        self._clock = clock
        self._open_secrets: OpenSecrets = _no_secrets
        self._model: tuple[Target, TextModel] | None = None
        self._previewer: tuple[Target, TextModel] | None = None
        self._opening = asyncio.Lock()

    def use_secrets(self, open_secrets: OpenSecrets) -> None:
        """How the secret store is reached when a key is needed first: it may ask a person, or give None."""
        self._open_secrets = open_secrets

    async def models(self) -> Sequence[ModelInfo]:
        """What the provider offers. Raises AiError."""
        return await (await self._open(self._demand_on())).models()

    async def preview(self, question: Question, *, streamed: bool = False) -> SentRequest:
        """Exactly what would be sent; `streamed`: when it is asked with `on_text`. Needs no key, and nothing is sent.

        Raises AiError. Should the answer be of no use, the same is sent once more with a sentence about what was wrong.
        """
        settings = self._demand_on()
        target = Target.of(settings)
        if self._previewer is None or self._previewer[0] != target:
            await _close(self._previewer)
            self._previewer = None
            self._previewer = (target, await self._load(target, _NO_KEY if target.needs_key else ""))
        sent = await self._previewer[1].preview(_request(question, settings), streamed=streamed)
        return replace(sent, instructions=question.instructions, text=question.text)

    async def ask(
        self,
        question: Question,
        read: Callable[[str], T],
        *,
        actor: str,
        on_text: Callable[[str], None] | None = None,
        is_fresh: bool = False,
    ) -> T:
        """The answer as `read` understands it; `is_fresh`: not one that is kept, since that one was not liked.

        `read` raises AiAnswerUnfit for one that is of no use; the model is then told why and asked once more.
        `on_text` gets the whole text so far, as it is written; for a second try it starts again. Cancelling ends the
        request at the provider. Raises AiTurnedOff, AiNotSetUp, AiBudgetSpent and every other AiError.
        """
        settings = self._demand_on()
        key = _hash(question, settings)
        kept = None if is_fresh else await self._find_kept(question, key, settings, actor)
        if kept is not None:
            with suppress(AiAnswerUnfit):  # kept by an earlier version that took it
                value = read(kept.text)
                if on_text is not None:
                    on_text(kept.text)
                return value
        try:
            answer = await self._ask_once(question, settings, actor, on_text)
            value = read(answer.text)
        except AiAnswerUnfit as unfit:
            again = replace(question, text=f"{question.text}\n\n{_CORRECTION}{unfit.message}")
            answer = await self._ask_once(again, settings, actor, on_text)
            value = read(answer.text)
        if _may_keep(question, settings):
            now = self._clock.now()
            await self._ledger.keep_answer(key, answer, at=now, since=_kept_since(now, settings))
        return value

    async def status(self) -> AiStatus:
        """How it stands, without asking anybody."""
        settings = self._settings()
        target = Target.of(settings)
        now = self._clock.now()
        budget = _budget(AiFeature.WRITE, settings)
        today = [each for each in await self._ledger.usage(since=now.date()) if each.feature in budget.features]
        return AiStatus(
            is_on=settings.enabled,
            provider=settings.provider,
            address=target.address,
            model=settings.model,
            needs_key=target.needs_key,
            requests_today=sum(each.requests for each in today),
            tokens_today=sum(each.tokens_in + each.tokens_out for each in today),
            budget=budget,
            starts_again_at=_next_day(now),
            cache=await self._ledger.cache_figures(since=_kept_since(now, settings)),
        )

    async def usage(self, *, days: int) -> Sequence[AiUsage]:
        """By day and feature, newest first, of so many days with today."""
        return await self._ledger.usage(since=self._clock.now().date() - timedelta(days=days - 1))

    async def forget_answers(self) -> int:
        """Empty the cache; how many answers there were."""
        return await self._ledger.forget_answers()

    async def close(self) -> None:
        """End the connections and forget the key. The next question opens it again."""
        model, self._model = self._model, None
        previewer, self._previewer = self._previewer, None
        await _close(model)
        await _close(previewer)

    def _demand_on(self) -> AiSettings:
        settings = self._settings()
        if not settings.enabled:
            raise AiTurnedOff
        return settings

    async def _find_kept(self, question: Question, key: bytes, settings: AiSettings, actor: str) -> TextAnswer | None:
        if not _may_keep(question, settings):
            return None
        now = self._clock.now()
        return await self._ledger.find_answer(
            key,
            question.feature,
            since=_kept_since(now, settings),
            at=now,
            actor=actor,
            data=_event(question, settings, CACHED, TokenCount()),
        )

    async def _ask_once(
        self, question: Question, settings: AiSettings, actor: str, on_text: Callable[[str], None] | None
    ) -> TextAnswer:
        model = await self._open(settings)
        now = self._clock.now()
        spent = await self._ledger.begin(question.feature, _budget(question.feature, settings), day=now.date())
        if spent:
            raise AiBudgetSpent(_next_day(now), of=spent)
        outcome, tokens = CANCELLED, TokenCount()
        try:
            request = _request(question, settings)
            answer = await (model.generate(request) if on_text is None else _stream(model, request, on_text))
            outcome, tokens = ANSWERED, answer.tokens
        except AiError as error:
            outcome = error.code
            if isinstance(error, AiKeyRejected | AiNotAllowed):
                await self.close()  # the next question reads the key anew: somebody may have stored another one
            raise
        finally:
            await self._ledger.finish(
                question.feature,
                tokens,
                is_failed=outcome not in {ANSWERED, CANCELLED},
                day=now.date(),
                at=self._clock.now(),
                actor=actor,
                data=_event(question, settings, outcome, tokens),
            )
        return answer

    async def _open(self, settings: AiSettings) -> TextModel:
        target = Target.of(settings)
        async with self._opening:
            if self._model is None or self._model[0] != target:
                await _close(self._model)
                self._model = None
                secrets = await self._open_secrets()
                key = "" if secrets is None else await read_key(secrets, target.provider)
                self._model = (target, PatientModel(await self._load(target, key), self._policy, self._clock))
            return self._model[1]

    async def _load(self, target: Target, key: str) -> TextModel:
        return await asyncio.to_thread(open_model, target, key)


_CORRECTION = "Your last answer to this could not be used. "


async def _stream(model: TextModel, request: TextRequest, on_text: Callable[[str], None]) -> TextAnswer:
    text, tokens = "", TokenCount()
    async with aclosing(model.stream(request)) as pieces:
        async for piece in pieces:
            tokens = piece.tokens or tokens
            if piece.text:
                text += piece.text
                on_text(text)
    return TextAnswer(text=text, tokens=tokens)


async def _close(opened: tuple[Target, TextModel] | None) -> None:
    if opened is not None:
        await opened[1].close()


def _request(question: Question, settings: AiSettings) -> TextRequest:
    return TextRequest(
        model=settings.model, text=question.text, instructions=question.instructions, shape=question.shape
    )


def _budget(feature: AiFeature, settings: AiSettings) -> AiBudget:
    """Sorting, which runs by itself, never uses up what people write with; the rest of the inbox only if they share."""
    asked = frozenset(AiFeature) - UNASKED
    of_people = OF_THE_INBOX - UNASKED
    if feature in UNASKED:
        features, requests = UNASKED, settings.sort_requests_a_day
    elif not settings.inbox_requests_a_day:
        features, requests = asked, settings.requests_a_day
    elif feature in of_people:
        features, requests = of_people, settings.inbox_requests_a_day
    else:
        features, requests = asked - of_people, settings.requests_a_day
    return AiBudget(features=features, requests=requests, tokens=settings.tokens_a_day)


def _may_keep(question: Question, settings: AiSettings) -> bool:
    return settings.cache_hours > 0 and question.feature not in OF_THE_INBOX | {AiFeature.TEST}


def _kept_since(now: datetime, settings: AiSettings) -> datetime:
    return now - timedelta(hours=settings.cache_hours)


def _hash(question: Question, settings: AiSettings) -> bytes:
    """SHA-256 over all that the answer depends on."""
    target = Target.of(settings)
    shape = "" if question.shape is None else json.dumps(msgspec.json.schema(question.shape), sort_keys=True)
    parts = [target.provider, target.address, settings.model, question.instructions, question.text, shape]
    return hashlib.sha256(json.dumps(parts).encode()).digest()


def _event(question: Question, settings: AiSettings, outcome: str, tokens: TokenCount) -> dict[str, str | int]:
    of: dict[str, str | int] = {} if question.conversation_id is None else {"conversation": question.conversation_id}
    return {
        "feature": question.feature.value,
        "provider": settings.provider,
        "model": settings.model,
        "outcome": outcome,
        "tokens_in": tokens.tokens_in or 0,
        "tokens_out": tokens.tokens_out or 0,
        **of,
    }


def _next_day(now: datetime) -> datetime:
    """When the next day of UTC begins."""
    return datetime.combine(date(now.year, now.month, now.day) + timedelta(days=1), datetime.min.time(), now.tzinfo)
