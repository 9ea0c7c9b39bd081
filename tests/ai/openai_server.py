"""A server of the OpenAI form on the loopback address, as llama.cpp, Ollama, vLLM and OpenAI's own answer."""

import json
from typing import Any

from tests.ai.script import KEY, Fault, Handler, Script

_ERRORS: dict[Fault, tuple[int, dict[str, Any]]] = {
    Fault.BAD_KEY: (401, {"type": "invalid_request_error", "code": "invalid_api_key"}),
    Fault.BAD_KEY_401: (401, {"type": "invalid_request_error", "code": None}),
    Fault.DENIED: (403, {"type": "permission_error"}),
    Fault.QUOTA: (429, {"type": "requests", "code": "rate_limit_exceeded"}),
    Fault.QUOTA_WITHOUT_TIME: (429, {"type": "insufficient_quota", "code": "insufficient_quota"}),
    Fault.NO_MODEL: (404, {"type": "invalid_request_error", "code": "model_not_found"}),
    Fault.BAD_REQUEST: (400, {"type": "invalid_request_error", "code": "context_length_exceeded"}),
    Fault.PROMPT_BLOCKED: (400, {"code": "content_filter"}),
    Fault.ERROR_500: (500, {"type": "server_error"}),
    Fault.ERROR_503: (503, {"type": "overloaded"}),
    Fault.ERROR_504: (504, {"type": "timeout"}),
}
_FINISH = {
    Fault.ANSWER_BLOCKED: "content_filter",
    Fault.AT_LIMIT: "length",
    Fault.AT_LIMIT_EMPTY: "length",
    Fault.STRANGE_FINISH: "stopped_by_a_word_of_2031",
}


class OpenAiHandler(Handler):
    """One connection."""

    def do_GET(self) -> None:
        self.read_request()
        if self.is_key_wrong():
            return
        models = [{"id": "stand-in:8b", "object": "model"}, {"id": "other", "object": "model"}]
        self.give(200, json.dumps({"object": "list", "data": models}))

    def do_POST(self) -> None:
        body = self.read_request()
        if self.is_key_wrong():
            return
        script = self.memory.next_script()
        if self.common_fault(script.fault):
            return
        if script.fault in _ERRORS:
            self.give_error(script.fault)
        elif json.loads(body).get("stream"):
            self.give_events(script)
        else:
            self.give_whole(script)

    def is_key_wrong(self) -> bool:
        if self.headers.get("authorization") == f"Bearer {KEY}":
            return False
        self.give_error(Fault.BAD_KEY)
        return True

    def give_error(self, fault: Fault) -> None:
        status, error = _ERRORS[fault]
        headers = {"retry_after": "2.1"} if fault is Fault.QUOTA else {}
        self.give(status, json.dumps({"error": {"message": "Wrong: SECRET-PROMPT", **error}}), **headers)

    def give_whole(self, script: Script) -> None:
        match script.fault:
            case Fault.STRANGE_JSON:
                self.give(200, '{"choices": "none"}')
            case Fault.LINK_CUT:
                self.send_response(200)
                self.send_header("content-length", "1000")
                self.end_headers()
                self.wfile.write(b'{"choices": [')
                self.cut()
            case _:
                if script.holds_after is not None:
                    self.hold()
                message = {"role": "assistant", "content": "".join(_texts(script))}
                choice = {"index": 0, "message": message, "finish_reason": _finish(script)}
                self.give(200, json.dumps({"choices": [choice], "usage": _usage(script)}))

    def give_events(self, script: Script) -> None:
        self.begin_chunks("text/event-stream")
        if script.fault is Fault.STRANGE_JSON:
            self.chunk('data: {"choices": "none"}\n\n')
        self.chunk(": a comment, as some servers send to keep the line open\n\n")
        for index, text in enumerate((*_texts(script), "")):
            if index == script.holds_after:
                self.hold()
            if script.fault is Fault.LINK_CUT and index == 1:
                self.cut()
                return
            if script.fault is Fault.ERROR_IN_STREAM and index == 1:
                self.chunk(f"data: {json.dumps({'error': {'message': 'no memory', 'type': 'server_error'}})}\n\n")
                break
            is_last = index == len(_texts(script))
            choice = {"index": 0, "delta": {"content": text}, "finish_reason": _finish(script) if is_last else None}
            self.chunk(f"data: {json.dumps({'choices': [choice]})}\n\n")
        if script.fault is not Fault.NO_FINISH:
            self.chunk(f"data: {json.dumps({'choices': [], 'usage': _usage(script)})}\n\n")
            self.chunk("data: [DONE]\n\n")
        self.end_chunks()


def _usage(script: Script) -> dict[str, int]:
    return {"prompt_tokens": script.tokens_in, "completion_tokens": script.tokens_out}


def _finish(script: Script) -> str | None:
    if script.fault is Fault.NO_FINISH:
        return None
    return _FINISH.get(script.fault, "stop") if script.fault else "stop"


def _texts(script: Script) -> tuple[str, ...]:
    if script.fault in {Fault.EMPTY, Fault.AT_LIMIT_EMPTY, Fault.ANSWER_BLOCKED}:
        return ()
    # As local models think: inside the text, the mark in pieces.
    thought = ("<th", f"ink>{script.thought}</thi", "nk>", "\n\n") if script.thought else ()
    return (*thought, *script.pieces)
