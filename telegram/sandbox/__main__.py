"""`python -m telegram.sandbox FOLDER`: a bare sandbox process, for tests and benchmarks."""

import asyncio
import sys
from pathlib import Path

from core.errors import AppError
from telegram.sandbox.server import serve


def run(folder: Path) -> None:
    """Serve in `folder` until told to stop, on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve(folder))
    else:
        uvloop.run(serve(folder))


if __name__ == "__main__":
    try:
        run(Path(sys.argv[1]))
    except AppError as error:
        sys.exit(str(error))
