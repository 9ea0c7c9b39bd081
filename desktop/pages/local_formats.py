"""The formats of this machine: marks from its locale, times in its zone."""

from PySide6.QtCore import QLocale

from desktop.formatting import Formats


def local_formats() -> Formats:
    """As the system is set; the words stay English."""
    locale = QLocale()
    return Formats(thousands=locale.groupSeparator(), decimal=locale.decimalPoint(), zone=None)
