"""`import-job`: the process that imports one file. What it does is in the row of the import; not for people."""

from pathlib import Path

from campaigns.audience.import_file import FileImport
from cli.house import House
from cli.output import EXIT_OK
from core.domain.ids import ImportId
from core.workspace import open_workspace

PROCESS = "import"
"""Names its log file."""


async def run_import_job(house: House, folder: Path, import_id: ImportId, file: Path) -> int:
    """Import the file as the row says. Raises what `FileImport.run` raises; the row tells it too."""
    async with house.services(open_workspace(folder), process=PROCESS) as services:
        await services.get(FileImport).run(import_id, file)
    return EXIT_OK
