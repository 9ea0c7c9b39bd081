"""What libraries and providers say, as our errors. Nothing of what was asked or answered is kept in them.

The text of a provider's error can echo the request, so only codes and reasons go into the small line.
"""

import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

import httpx2

from core.ai_errors import (
    AiAnswerUnreadable,
    AiError,
    AiKeyRejected,
    AiModelUnknown,
    AiNotAllowed,
    AiNotSetUp,
    AiOffline,
    AiQuotaExceeded,
    AiRegionRefused,
    AiRequestRefused,
    AiServerTrouble,
    AiTimedOut,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

_DELAY = re.compile(r"(\d+(?:\.\d+)?)s")
_CODE = re.compile(r"[\w.:-]{1,60}")
_KEY_REASONS = frozenset({"API_KEY_INVALID", "API_KEY_EXPIRED", "ACCESS_TOKEN_TYPE_UNSUPPORTED"})


@contextmanager
def translated() -> Iterator[None]:
    """Around calls of a library and nothing else: whatever it raises leaves as an AiError."""
    try:
        yield
    except AiError:
        raise
    except httpx2.TimeoutException as error:
        raise AiTimedOut(detail=type(error).__name__) from error
    except httpx2.UnsupportedProtocol as error:
        raise AiNotSetUp(
            "The address of the provider is not one.", hint="Begin it with https:// under Settings, AI."
        ) from error
    except (httpx2.TransportError, OSError) as error:
        raise AiOffline(detail=type(error).__name__) from error
    except Exception as error:
        # Anything else is a library that stumbled over the answer; its text may hold that answer.
        log.info("a provider's answer could not be read: %s", type(error).__name__)
        raise AiAnswerUnreadable(detail=type(error).__name__) from error


async def translated_each(
    source: AsyncIterator[T], own_errors: Callable[[], AbstractContextManager[None]] = nullcontext
) -> AsyncIterator[T]:
    """The values of a library's stream; only what it raises is translated, not what happens to who reads them."""
    while True:
        with translated(), own_errors():
            try:
                value = await anext(source)
            except StopAsyncIteration:
                return
        yield value


def http_error(code: int, *, reason: str = "", wait_s: float | None = None) -> AiError:
    """Our error for a HTTP status; `reason`: the provider's own code for it."""
    detail = f"{code} {safe_code(reason)}".strip()
    match code:
        case 400 | 401 if reason in _KEY_REASONS:
            return AiKeyRejected(detail=detail)
        case 401:
            return AiKeyRejected(detail=detail)
        case 400 if reason == "FAILED_PRECONDITION":
            return AiRegionRefused(detail=detail)
        case 403:
            return AiNotAllowed(detail=detail)
        case 404:
            return AiModelUnknown(detail=detail)
        case 429:
            return AiQuotaExceeded(wait_s, detail=detail)
        case _ if code >= 500 or code == 408:
            return AiServerTrouble(wait_s, detail=detail)
        case _ if code >= 400:
            return AiRequestRefused(detail=detail)
        case _:
            return AiAnswerUnreadable(detail=detail)


def google_error(code: int, body: object, *, retry_after: str = "") -> AiError:
    """As `http_error`, with what Google's error bodies tell: `{"error": {...}}`, or a list with one of them in it.

    The form of the details is that of google.rpc (RetryInfo, ErrorInfo); neither is always there.
    """
    if isinstance(body, list) and body:
        body = body[0]
    inner = body.get("error", body) if isinstance(body, Mapping) else {}
    inner = inner if isinstance(inner, Mapping) else {}
    details = inner.get("details")
    found = [each for each in details if isinstance(each, Mapping)] if isinstance(details, list) else []
    reasons = [str(each["reason"]) for each in found if "reason" in each]
    if isinstance(inner.get("code"), int) and not 400 <= code < 600:
        code = inner["code"]
    reason = next((each for each in reasons if each in _KEY_REASONS), str(inner.get("status", "")))
    return http_error(code, reason=reason, wait_s=_retry_delay(found) or parse_retry_after(retry_after))


def parse_retry_after(text: str) -> float | None:
    """The seconds of a Retry-After header; None for a date, or when there is none."""
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d+)?", text.strip()) else None


def safe_code(text: object) -> str:
    """A provider's code for the small line: one word of letters, digits and points, or nothing."""
    return text if isinstance(text, str) and _CODE.fullmatch(text) else ""


def _retry_delay(details: list[Mapping[str, Any]]) -> float | None:
    for each in details:
        match = _DELAY.fullmatch(str(each.get("retryDelay", "")))
        if match is not None:
            return float(match[1])
    return None
