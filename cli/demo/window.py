"""The demo in a window: a child runs it, the window shows it, and closing the window ends it in order."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cli.demo.command import make_secrets
from cli.house import House
from core.config_writing import write_setting
from core.processes import Companion
from core.workspace import open_workspace

STOP_S = 60.0  # an orderly stop of the worker awaits what is in flight
LOG_NAME = "demo-output.log"


def run_demo_in_window(house: House, words: Sequence[str], folder: Path | None) -> int:
    """Open the console on a workspace in which `demo` with these words runs; returns the console's exit code.

    The child gets the data key on standard input, which stays open as long as the window: when the window closes or
    dies, the child stops worker and sandbox in order.
    """
    temporary = Path(tempfile.mkdtemp(prefix="wireroom-demo-")) if folder is None else None
    workspace = open_workspace(folder or temporary or Path())
    house.make_sandbox_workspace(workspace)
    key_line = make_secrets(workspace).key_line()
    write_setting(
        workspace.config_path, "worker", "keep_running_on_close", "stop"
    )  # closing the window ends the demo
    command = [*house.program, "demo", "--terminal", "--json", "--key-fd", "0", *words]
    command += ["--workspace", str(workspace.folder)]
    demo = Companion(command, first_line=key_line, folder=workspace.folder, output=workspace.logs / LOG_NAME)
    try:
        return house.console(workspace.folder, key_line=key_line)
    finally:
        demo.close(STOP_S)
        if temporary is not None:
            shutil.rmtree(temporary)
