"""Reads a template; jinja2, which takes 20 ms to import, comes with the first one that a process reads."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campaigns.message.template import Template


def parse_template(source: str) -> "Template":
    """See `Template.parse`."""
    from campaigns.message.template import Template

    return Template.parse(source)
