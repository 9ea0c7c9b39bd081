"""The borders between packages, checked by the same contracts as on the command line."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_every_import_contract_is_kept() -> None:
    assert lint_imports() == EXIT_STATUS_SUCCESS
