"""`python -m telegram.sandbox FOLDER`: a bare sandbox process, for tests and benchmarks."""

import argparse
import sys
from pathlib import Path

from core.errors import AppError
from telegram.sandbox.commands import RepeatBehaviour
from telegram.sandbox.server import run


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
