"""A server that speaks Gemini's wire format on the loopback address: both versions of the interface, server-sent events
and the list that the former library asks for, both shapes of errors.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.ai.script import KEY, Fault, Handler, Script

_CALL = re.compile(r"/(v1|v1beta)/models/([^/:]+):(\w+)")
MODELS = {
    "": {
        "models": [
            {
                "name": "models/gemini-stand-in",
                "displayName": "Gemini stand-in",
                "inputTokenLimit": 1000,
                "outputTokenLimit": 100,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            },
            {"name": "models/embedder", "displayName": "Embedder", "supportedGenerationMethods": ["embedContent"]},
        ],
        "nextPageToken": "p2",
    },
    "p2": {
        "models": [
            {
                "name": "models/gemini-second-page",
                "displayName": "Second page",
                "supportedGenerationMethods": ["generateContent"],
            }
        ]
    },
}
_INFO = "type.googleapis.com/google.rpc"
_ERRORS: dict[Fault, tuple[int, str, list[dict[str, Any]]]] = {
    Fault.BAD_KEY: (
        400,
        "INVALID_ARGUMENT",
        [{"@type": f"{_INFO}.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}],
    ),
    Fault.BAD_KEY_401: (
        401,
        "UNAUTHENTICATED",
        [{"@type": f"{_INFO}.ErrorInfo", "reason": "ACCESS_TOKEN_TYPE_UNSUPPORTED"}],
    ),
    Fault.DENIED: (403, "PERMISSION_DENIED", []),
    Fault.REGION: (400, "FAILED_PRECONDITION", []),
    Fault.QUOTA: (
        429,
        "RESOURCE_EXHAUSTED",
        [
            {"@type": f"{_INFO}.QuotaFailure", "violations": [{"quotaId": "PerDay", "quotaValue": "250"}]},
            {"@type": f"{_INFO}.Help", "links": [{"url": "https://ai.google.dev"}]},
            {"@type": f"{_INFO}.RetryInfo", "retryDelay": "2.1s"},
        ],
    ),
    Fault.QUOTA_WITHOUT_TIME: (429, "RESOURCE_EXHAUSTED", []),
    Fault.NO_MODEL: (404, "NOT_FOUND", []),
    Fault.BAD_REQUEST: (400, "INVALID_ARGUMENT", []),
    Fault.ERROR_500: (500, "INTERNAL", []),
    Fault.ERROR_503: (503, "UNAVAILABLE", []),
    Fault.ERROR_504: (504, "DEADLINE_EXCEEDED", []),
}
_ERRORS[Fault.QUOTA_IN_A_LIST] = _ERRORS[Fault.QUOTA]
_FINISH = {
    Fault.ANSWER_BLOCKED: "SAFETY",
    Fault.AT_LIMIT: "MAX_TOKENS",
    Fault.AT_LIMIT_EMPTY: "MAX_TOKENS",
    Fault.STRANGE_FINISH: "STOPPED_BY_A_WORD_OF_2031",
}


class GeminiHandler(Handler):
    """One connection."""

    def do_GET(self) -> None:
        self.read_request()
        if self.is_key_wrong():
            return
        page = parse_qs(urlsplit(self.path).query).get("pageToken", [""])[0]
        self.give(200, json.dumps(MODELS[page]))

    def do_POST(self) -> None:
        self.read_request()
        if self.is_key_wrong():
            return
        address = urlsplit(self.path)
        call = _CALL.fullmatch(address.path)
        script = self.memory.next_script()
        if call is None:
            self.give_error(Fault.NO_MODEL)
        elif self.common_fault(script.fault):
            return
        elif script.fault in _ERRORS:
            self.give_error(script.fault)
        elif call[3] == "generateContent":
            self.give_whole(script)
        elif "sse" in parse_qs(address.query).get("alt", []):
            self.give_events(script)
        else:
            self.give_list(script)

    def is_key_wrong(self) -> bool:
        if self.headers.get("x-goog-api-key") == KEY:
            return False
        self.give_error(Fault.BAD_KEY)
        return True

    def give_error(self, fault: Fault) -> None:
        status, body = _error(fault)
        self.give(status, json.dumps([body] if fault is Fault.QUOTA_IN_A_LIST else body))

    def give_whole(self, script: Script) -> None:
        match script.fault:
            case Fault.STRANGE_JSON:
                self.give(200, '{"candidates": [{"content": 5}]}')
            case Fault.LINK_CUT:
                self.send_response(200)
                self.send_header("content-length", "1000")
                self.end_headers()
                self.wfile.write(b'{"candidates": [')
                self.cut()
            case _:
                if script.holds_after is not None:
                    self.hold()
                self.give(200, json.dumps(_whole(script)))

    def give_events(self, script: Script) -> None:
        self.begin_chunks("text/event-stream")
        for index, piece in enumerate(self.pieces(script)):
            if script.fault is Fault.LINK_CUT and index == 1:
                self.cut()
                return
            if script.fault is Fault.ERROR_IN_STREAM and index == 1:
                self.chunk(f"data: {json.dumps(_error(Fault.ERROR_503)[1])}\r\n\r\n")
                break
            self.chunk(f"data: {piece}\r\n\r\n")
        self.end_chunks()

    def give_list(self, script: Script) -> None:
        """The form without alt=sse: a list that grows."""
        self.begin_chunks("application/json")
        for index, piece in enumerate(self.pieces(script)):
            if script.fault is Fault.LINK_CUT and index == 1:
                self.cut()
                return
            if script.fault is Fault.ERROR_IN_STREAM and index == 1:
                self.chunk(f",\r\n{json.dumps(_error(Fault.ERROR_503)[1])}")
                break
            self.chunk(("[" if index == 0 else ",\r\n") + piece)
        self.chunk("]")
        self.end_chunks()

    def pieces(self, script: Script) -> Any:
        """The pieces of a stream as JSON, with the waits between them."""
        if script.fault is Fault.STRANGE_JSON:
            yield '{"candidates": [{"content": 5}]}'
            return
        for index, piece in enumerate(_stream(script)):
            if index == script.holds_after:
                self.hold()
            yield json.dumps(piece)


def _error(fault: Fault) -> tuple[int, dict[str, Any]]:
    status, name, details = _ERRORS[fault]
    # The text of an error can echo what was asked, as here.
    message = "Something is not right with: SECRET-PROMPT"
    return status, {"error": {"code": status, "message": message, "status": name, "details": details}}


def _usage(script: Script) -> dict[str, Any]:
    return {
        "promptTokenCount": script.tokens_in,
        "candidatesTokenCount": script.tokens_out,
        "totalTokenCount": script.tokens_in + script.tokens_out,
    }


def _candidate(parts: list[dict[str, Any]], finish: str) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return candidate


def _finish(script: Script) -> str:
    if script.fault is Fault.NO_FINISH:
        return ""
    return _FINISH.get(script.fault, "STOP") if script.fault else "STOP"


def _texts(script: Script) -> tuple[str, ...]:
    return () if script.fault in {Fault.EMPTY, Fault.AT_LIMIT_EMPTY, Fault.ANSWER_BLOCKED} else script.pieces


def _thoughts(script: Script) -> list[dict[str, Any]]:
    return [{"text": script.thought, "thought": True}] if script.thought else []


def _whole(script: Script) -> dict[str, Any]:
    if script.fault is Fault.PROMPT_BLOCKED:
        return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": _usage(script)}
    parts = [*_thoughts(script), *({"text": text} for text in _texts(script))]
    return {"candidates": [_candidate(parts, _finish(script))], "usageMetadata": _usage(script), "modelVersion": "1"}


def _stream(script: Script) -> list[dict[str, Any]]:
    if script.fault is Fault.PROMPT_BLOCKED:
        return [_whole(script)]
    found = [{"candidates": [_candidate([part], "")]} for part in _thoughts(script)]
    found += [{"candidates": [_candidate([{"text": text}], "")]} for text in _texts(script)]
    last = {"candidates": [_candidate([{"text": ""}], _finish(script))], "usageMetadata": _usage(script)}
    return [*found, last]
