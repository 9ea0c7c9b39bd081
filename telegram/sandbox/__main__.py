"""`python -m telegram.sandbox FOLDER`: a bare sandbox process, for tests and benchmarks."""

import argparse
import asyncio
import sys
from pathlib import Path

from core.errors import AppError
from telegram.sandbox.commands import RepeatBehaviour
from telegram.sandbox.server import serve


def run(folder: Path, *, port: int = 0, repeat: RepeatBehaviour = RepeatBehaviour.ECHO) -> None:
    """Serve in `folder` until told to stop, on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve(folder, port=port, repeat=repeat))
    else:
        uvloop.run(serve(folder, port=port, repeat=repeat))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m telegram.sandbox")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--repeat", type=RepeatBehaviour, default=RepeatBehaviour.ECHO)
    arguments = parser.parse_args()
    try:
        run(arguments.folder, port=arguments.port, repeat=arguments.repeat)
    except AppError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
