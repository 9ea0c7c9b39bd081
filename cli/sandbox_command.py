"""How the sandbox of a demo or a trial run is started: it ends with the process that started it, however that ends."""

import os
from collections.abc import Sequence

from core.workspace import Workspace


def sandbox_command(program: Sequence[str], workspace: Workspace) -> list[str]:
    """The command line of a sandbox in this workspace that ends with this process."""
    return [*program, "sandbox", "--workspace", str(workspace.folder), "--parent", str(os.getpid())]
