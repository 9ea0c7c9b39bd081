"""Settings as text and back: pure."""

from core.config import SettingInfo, SettingKind, SettingValue

AT_ONCE = frozenset({"appearance", "notifications", "lock", "worker", "review", "ai", "webhooks"})
"""Sections that act at once; the others are read by console and worker when they start."""

AI_GROUP = 1
"""As the subject of the settings page: opens the group AI."""

WEBHOOK_GROUP = 2
"""Opens the group Webhooks."""

FROM_NEXT_START = "Acts from the next start of worker and console."

UNTAGGED = frozenset({"appearance", "notifications", "lock", "worker", "review", "ai"})
"""Sections of taste: no value of theirs is careful or not."""


def show_value(value: SettingValue) -> str:
    """As a field shows it: 10, 0.3, "2, 10, 60"."""
    if isinstance(value, tuple):
        return ", ".join(f"{number:g}" for number in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def parse_value(info: SettingInfo, text: str) -> SettingValue | None:
    """What was typed, or None when it is nothing of that kind. The range is checked by who writes it."""
    text = text.strip()
    try:
        match info.kind:
            case SettingKind.WHOLE:
                return int(text)
            case SettingKind.NUMBER:
                return float(text.replace(",", "."))
            case SettingKind.NUMBERS:
                return tuple(float(part) for part in text.split(","))
            case _:
                return text if text or info.may_be_empty else None
    except ValueError:
        return None


def describe_wrong(info: SettingInfo) -> str:
    """What is known about the values that are allowed; never just "invalid"."""
    sentence = f"Allowed: {info.allowed}"
    return f"{sentence} {info.unit}." if info.unit else f"{sentence}."


def describe_change(info: SettingInfo) -> str:
    """The second line of a setting: why, and what the careful value is when it was changed."""
    if info.is_changed and info.section not in UNTAGGED:
        unit = f" {info.unit}" if info.unit else ""
        return f"{info.description} The careful value is {show_value(info.default)}{unit}."
    return info.description


def matches(info: SettingInfo, words: str) -> bool:
    """Whether a search means this setting."""
    text = f"{info.title} {info.description} {info.section_title} {info.key}".casefold()
    return all(word in text for word in words.casefold().split())
