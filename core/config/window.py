"""The window: how it looks, what it tells, when it locks, and what happens when it closes."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from core.quiet_hours import QuietHours, parse_time
from core.week_days import parse_days


class AppearanceSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Appearance"""

    scheme: Annotated[
        Literal["system", "light", "dark"], Meta(title="Colours", description="Light, dark, or as the system has it.")
    ] = "system"
    text_size: Annotated[
        int, Meta(title="Text size", description="Of everything in the window.", ge=90, le=130, extra={"unit": "%"})
    ] = 100
    more_contrast: Annotated[bool, Meta(title="More contrast", description="Stronger lines and text.")] = False
    reduce_motion: Annotated[bool, Meta(title="Reduce motion", description="Nothing fades or slides.")] = False


class NotificationSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Notifications"""

    enabled: Annotated[
        bool,
        Meta(
            title="Tell of new messages",
            description="By a notification of the desktop, while no window of Wireroom is in front.",
        ),
    ] = True
    which: Annotated[
        Literal["all", "mine or nobody's"],
        Meta(title="Of which conversations", description="All, or those assigned to you and to nobody."),
    ] = "all"
    show_text: Annotated[
        bool,
        Meta(
            title="With the text",
            description="What was written stands in the notification, for whoever looks at the screen. Off: only names.",
        ),
    ] = False
    quiet: Annotated[
        bool,
        Meta(
            title="Quiet hours",
            description="Nothing is told in them; what came meanwhile is told once, when they are over.",
        ),
    ] = False
    quiet_from: Annotated[
        str, Meta(title="Quiet from", description="In the time of this computer.", max_length=5)
    ] = "22:00"
    quiet_to: Annotated[
        str,
        Meta(
            title="Quiet to", description="On the next day when it is earlier; the same time: all day.", max_length=5
        ),
    ] = "07:00"
    quiet_days: Annotated[
        str,
        Meta(
            title="Quiet on",
            description="Days on which they begin: every day, or such as mon-fri or sat, sun.",
            max_length=60,
        ),
    ] = "every day"

    def __post_init__(self) -> None:
        for key, parse in (("quiet_from", parse_time), ("quiet_to", parse_time), ("quiet_days", parse_days)):
            try:
                parse(getattr(self, key))
            except ValueError as error:
                raise ValueError(f"notifications.{key} must be {error}") from error

    @property
    def quiet_hours(self) -> QuietHours | None:
        """None: there are none."""
        if not self.quiet:
            return None
        start, end = parse_time(self.quiet_from), parse_time(self.quiet_to)
        return QuietHours(start=start, end=end, days=parse_days(self.quiet_days))


class WorkerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Worker"""

    keep_running_on_close: Annotated[
        Literal["ask", "keep", "pause", "stop"],
        Meta(
            title="When the window closes",
            description="Ask, keep sending in the background, pause the campaigns, or stop the worker.",
        ),
    ] = "ask"


class LockSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """App lock"""

    idle_minutes: Annotated[
        int,
        Meta(
            title="Lock after",
            description="So long without a key or the pointer; 0: only at the start and when you ask for it.",
            ge=0,
            le=720,
            extra={"unit": "min"},
        ),
    ] = 10
