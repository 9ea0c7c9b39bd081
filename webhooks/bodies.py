"""What a webhook is told: kind, time and ids; text and person only where a person switched that on."""

from datetime import UTC, datetime

import msgspec

from core.domain.webhook import HookPost


def make_body(post: HookPost) -> bytes:
    """JSON as docs/webhooks.md describes it."""
    data: dict[str, object] = dict(post.data)
    if post.text is not None:
        data["text"] = post.text
    person = {key: value for key, value in (("phone", post.phone), ("username", post.username)) if value}
    if person:
        data["person"] = person
    return msgspec.json.encode(
        {
            "type": post.event.value,
            "timestamp": _iso(post.event_at),
            "workspace": post.workspace_id,
            "is_sandbox": post.is_sandbox,
            "data": data,
        }
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
