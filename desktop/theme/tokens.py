"""The one table of colours. Nothing else in the program names a colour."""

from enum import StrEnum


class Scheme(StrEnum):
    """Which of the two columns of the table is worn."""

    LIGHT = "light"
    DARK = "dark"


class Token(StrEnum):
    """A colour by what it is for."""

    CHROME = "chrome"  # side bar, status bar
    CANVAS = "canvas"  # page behind cards
    SURFACE = "surface"  # cards, tables, panels, dialogs
    RAISED = "raised"  # inputs, default buttons
    SUNKEN = "sunken"  # notes inside a card or dialog
    HOVER = "hover"  # row and button under the pointer, track of a bar
    PRESS = "press"
    SELECT = "select"  # selected row, current page
    LINE = "line"  # hairline
    LINE2 = "line2"  # border of inputs and buttons
    CTL = "ctl"  # border of boxes, radios, switches that are off
    TEXT = "text"
    TEXT2 = "text2"
    TEXT3 = "text3"  # hints, placeholders, headers
    ACCENT = "accent"  # primary button, switch on, progress of work
    ACCENT_HI = "accent_hi"  # its hover
    ACCENT_TEXT = "accent_text"  # links, running, line of a chart
    ACCENT_BG = "accent_bg"
    ON_ACCENT = "on_accent"  # on accent, danger and the avatars
    FOCUS = "focus"  # focus ring, 2 px
    GOOD = "good"
    GOOD_BG = "good_bg"
    GOOD_FILL = "good_fill"
    WARN = "warn"
    WARN_BG = "warn_bg"
    WARN_FILL = "warn_fill"
    BAD = "bad"
    BAD_BG = "bad_bg"
    BAD_FILL = "bad_fill"
    ODD = "odd"  # fate unknown, sandbox, AI
    ODD_BG = "odd_bg"
    ODD_FILL = "odd_fill"
    MUTE = "mute"  # idle, skipped
    MUTE_BG = "mute_bg"
    MUTE_FILL = "mute_fill"
    DANGER = "danger"  # a button that cannot be undone, white text
    CHAT = "chat"  # behind the bubbles of a message
    BUB_IN = "bub_in"
    BUB_OUT = "bub_out"  # what we wrote
    BUB_TIME = "bub_time"
    DIFF_ADD = "diff_add"  # behind what a draft adds; it is underlined as well
    DIFF_DEL = "diff_del"  # behind what it takes out; it is struck through as well
    TIP_BG = "tip_bg"
    TIP_TEXT = "tip_text"
    SCRIM = "scrim"  # over the window while a dialog is open
    SHADOW = "shadow"  # under what floats


# Values are #RRGGBB, or #AARRGGBB where something shows through.
_TABLE: dict[Token, tuple[str, str]] = {
    Token.CHROME: ("#F2F4F7", "#0F1217"),
    Token.CANVAS: ("#F8F9FB", "#14181E"),
    Token.SURFACE: ("#FFFFFF", "#1A1F27"),
    Token.RAISED: ("#FFFFFF", "#222833"),
    Token.SUNKEN: ("#F3F5F8", "#11151A"),
    Token.HOVER: ("#EEF1F5", "#222833"),
    Token.PRESS: ("#E4E8EE", "#2A3240"),
    Token.SELECT: ("#E6EDFD", "#1F3056"),
    Token.LINE: ("#E4E7EC", "#272D38"),
    Token.LINE2: ("#CFD5DE", "#3A4351"),
    Token.CTL: ("#7E8898", "#768294"),
    Token.TEXT: ("#171C26", "#E9ECF1"),
    Token.TEXT2: ("#475062", "#B4BCC9"),
    Token.TEXT3: ("#5F6A7D", "#8F99AA"),
    Token.ACCENT: ("#3563E0", "#3D6BE8"),
    Token.ACCENT_HI: ("#2C55C8", "#3360D6"),
    Token.ACCENT_TEXT: ("#2A55CC", "#8DB0FF"),
    Token.ACCENT_BG: ("#E6EDFD", "#1D2C50"),
    Token.ON_ACCENT: ("#FFFFFF", "#FFFFFF"),
    Token.FOCUS: ("#3563E0", "#8DB0FF"),
    Token.GOOD: ("#16754A", "#56C792"),
    Token.GOOD_BG: ("#E2F4EA", "#16302A"),
    Token.GOOD_FILL: ("#2C9D69", "#37A772"),
    Token.WARN: ("#8A5200", "#EDB255"),
    Token.WARN_BG: ("#FCF0D9", "#352A17"),
    Token.WARN_FILL: ("#B97408", "#D5942B"),
    Token.BAD: ("#BA2630", "#FF8A8A"),
    Token.BAD_BG: ("#FCE8E8", "#3B1F25"),
    Token.BAD_FILL: ("#D9434C", "#DC5058"),
    Token.ODD: ("#6B3BBF", "#BDA0FF"),
    Token.ODD_BG: ("#F0E9FC", "#2B2344"),
    Token.ODD_FILL: ("#8B5FD6", "#8E6BE0"),
    Token.MUTE: ("#5F6A7D", "#97A1B1"),
    Token.MUTE_BG: ("#ECEFF3", "#262D38"),
    Token.MUTE_FILL: ("#858F9F", "#6C788A"),
    Token.DANGER: ("#C22D37", "#C53F49"),
    Token.CHAT: ("#DDE5EE", "#0E131A"),
    Token.BUB_IN: ("#FFFFFF", "#1F2733"),
    Token.BUB_OUT: ("#DCE8FF", "#24407A"),
    Token.BUB_TIME: ("#5F6A7D", "#93A0B3"),
    Token.DIFF_ADD: ("#DDF3E5", "#173828"),
    Token.DIFF_DEL: ("#FBE3E3", "#43232A"),
    Token.TIP_BG: ("#171C26", "#E9ECF1"),
    Token.TIP_TEXT: ("#F4F6FA", "#14181E"),
    Token.SCRIM: ("#5B171C26", "#92030405"),
    Token.SHADOW: ("#3D000000", "#96000000"),
}

# Behind the initials of a person or the robot of a bot, picked by id; white on each has a contrast of at least 4.6.
AVATARS = ("#3B6FB6", "#4B7D4D", "#A8623E", "#7A58A8", "#2A7978", "#A9536F", "#6B7280", "#8A7331")

_MORE_CONTRAST = {Token.LINE2: Token.CTL, Token.TEXT3: Token.TEXT2}


def colours(scheme: Scheme, more_contrast: bool = False) -> dict[Token, str]:
    """The column of one scheme. More contrast draws the borders of controls and the third text stronger."""
    column = 0 if scheme is Scheme.LIGHT else 1
    worn = {token: values[column] for token, values in _TABLE.items()}
    if more_contrast:
        worn.update({weak: worn[strong] for weak, strong in _MORE_CONTRAST.items()})
    return worn
