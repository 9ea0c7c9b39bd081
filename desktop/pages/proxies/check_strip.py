"""The line over the list of proxies while checks are under way."""

from database.stores.proxy_screens import CheckProgress
from desktop.formatting import Formats
from desktop.pages.work_strip import WorkStrip


class CheckStrip(WorkStrip):
    """Hidden while nothing is checked. `cancelRequested` takes back the rest."""

    def __init__(self) -> None:
        super().__init__("Checking", "Checks that are done", "Cancel")

    def show_progress(self, progress: CheckProgress | None, formats: Formats) -> None:
        """None: nothing is checked."""
        self.setVisible(progress is not None)
        if progress is None:
            return
        number = formats.number
        words = f"{number(progress.checked)} of {number(progress.total)} checked"
        words = f"{words}, {number(progress.failed)} failed" if progress.failed else words
        self.show_work(words, done=progress.checked - progress.failed, failed=progress.failed, total=progress.total)
