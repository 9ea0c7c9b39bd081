"""What is said when a person was erased."""

from collections.abc import Mapping

from campaigns.audience.contacts import Erasure
from cli.output import Output, Scalar


def finish_erasure(output: Output, done: Erasure, values: Mapping[str, Scalar]) -> int:
    """What became of it, also where something of the person may still be."""
    output.say("This person is erased.")
    if not done.is_log_empty:
        output.say("Another process was reading: the last traces leave the write-ahead log when Wireroom is closed.")
    for place in done.missed:
        output.say(f"The list of erased people beside the backups in {place} was not written: the folder is away.")
    return output.finish(
        {
            **values,
            "deliveries": done.deliveries,
            "backups": done.backups,
            "is_log_empty": done.is_log_empty,
            "missed": [{"folder": str(place)} for place in done.missed],
        }
    )
