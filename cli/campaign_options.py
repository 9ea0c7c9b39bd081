"""Arguments that the commands of a campaign share."""

from typing import Annotated

import typer

IdArgument = Annotated[int, typer.Argument(help="Number of the campaign, as `campaign list` shows it.")]
