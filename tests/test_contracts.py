"""The borders between packages, checked by the same contracts as on the command line."""

import subprocess
import sys

# In a process of its own: import-linter configures logging, which silences every logger that exists by then.
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"


def test_every_import_contract_is_kept() -> None:
    linting = subprocess.run([sys.executable, "-c", LINT], capture_output=True, text=True, check=False)

    assert linting.returncode == 0, linting.stdout
