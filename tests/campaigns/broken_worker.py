"""The program with a defect in the middle of its work: what a test starts to see how a worker ends then."""

from pathlib import Path

import main
from campaigns.dispatch.rendering import Rendering


def fail(*_: object) -> object:
    raise RuntimeError("no plan for +99966100007")


if __name__ == "__main__":
    Rendering.render = fail  # type: ignore[method-assign, assignment]
    assert Path(main.__file__).name == "main.py"
    raise SystemExit(main.main())
