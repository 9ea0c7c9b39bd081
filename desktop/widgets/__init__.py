"""Small parts of the window that know nothing of the application: labels, buttons, painted numbers, the table."""

from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.cards import Banner, Card, IconLabel, Note, StatCard
from desktop.widgets.choices import ChosenFilter, FilterChip, Segments, Switch, Tabs
from desktop.widgets.empty import EmptyState, FailedState, Skeleton
from desktop.widgets.fields import Field, SearchField, mark_wrong
from desktop.widgets.identity import Avatar, Mark, app_icon
from desktop.widgets.labels import ElidedLabel, hairline, label, set_token
from desktop.widgets.painted import thousands
from desktop.widgets.pills import KeyCap, Pill, Tag, key_caps
from desktop.widgets.progress import Meter, Part, Progress, Ring
from desktop.widgets.rate_chart import ChartMark, RateChart
from desktop.widgets.sparkline import Sparkline
from desktop.widgets.status import Glyph, State, Status, StatusGlyph, Tone
from desktop.widgets.steps import Steps, StepState
from desktop.widgets.table import CELL, Bar, Cell, Column, Table, TableCard, cell_data
from desktop.widgets.toast import TOAST_MS, TOAST_WIDTH, Toast, float_above

__all__ = [
    "CELL",
    "TOAST_MS",
    "TOAST_WIDTH",
    "Avatar",
    "Banner",
    "Bar",
    "Button",
    "Card",
    "Cell",
    "ChartMark",
    "ChosenFilter",
    "Column",
    "ElidedLabel",
    "EmptyState",
    "FailedState",
    "Field",
    "FilterChip",
    "Glyph",
    "IconButton",
    "IconLabel",
    "KeyCap",
    "Kind",
    "Mark",
    "Meter",
    "Note",
    "Part",
    "Pill",
    "Progress",
    "RateChart",
    "Ring",
    "SearchField",
    "Segments",
    "Skeleton",
    "Sparkline",
    "StatCard",
    "State",
    "Status",
    "StatusGlyph",
    "StepState",
    "Steps",
    "Switch",
    "Table",
    "TableCard",
    "Tabs",
    "Tag",
    "Toast",
    "Tone",
    "app_icon",
    "cell_data",
    "float_above",
    "hairline",
    "key_caps",
    "label",
    "mark_wrong",
    "set_token",
    "thousands",
]
