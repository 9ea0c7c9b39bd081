"""`ai-child`: asks the text model in a process of its own, for a window. Not for people."""

import asyncio
import sys
from pathlib import Path

from ai.child.child import run_child
from ai.inbox.assistant import InboxAssistant
from ai.service import AiService
from cli.house import House
from cli.interrupts import end_of_loading
from core.workspace import open_workspace

PROCESS = "ai"
"""Names its log file."""


def run_ai_child(house: House, folder: Path) -> int:
    """Read commands from standard input until it closes."""

    async def run() -> None:
        async with house.services(open_workspace(folder), process=PROCESS) as container:
            await run_child(container.get(AiService), container.get(InboxAssistant), sys.stdout.buffer)

    end_of_loading()
    asyncio.run(run())
    return 0
