"""The name of a campaign: asked when it begins, and when it is renamed."""

from PySide6.QtWidgets import QWidget

from campaigns.drafting import MAX_TITLE
from desktop.dialogs.one_line import OneLineDialog


class NameDialog(OneLineDialog):
    """For a new campaign, and to rename one."""

    def __init__(self, parent: QWidget, heading: str, name: str, confirm: str) -> None:
        super().__init__(
            parent,
            heading,
            "Name",
            confirm,
            longest=MAX_TITLE,
            text=name,
            hint="Only you and your colleagues see it.",
            missing="Give it a name by which you find it again",
        )
