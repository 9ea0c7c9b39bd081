"""`export-job`: the process that writes one list. What it does is in the row of the export; not for people."""

from pathlib import Path

from campaigns.exporting.job import ExportJob
from cli.house import House
from cli.output import EXIT_OK
from core.domain.ids import ExportId
from core.locks import job_runs
from core.workspace import open_workspace

PROCESS = "export"
"""Names its log file."""


async def run_export_job(house: House, folder: Path, export_id: ExportId) -> int:
    """Write it as the row says. Raises what `ExportJob.run` raises; the row tells it too."""
    workspace = open_workspace(folder)
    with job_runs(workspace, PROCESS, export_id):
        async with house.services(workspace, process=PROCESS) as services:
            await services.get(ExportJob).run(export_id)
    return EXIT_OK
