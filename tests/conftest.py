"""Rules for every test: fresh folders, no network but the loopback address."""

from hypothesis import settings

# A slow machine is no defect of the code under test.
settings.register_profile("wireroom", deadline=None)
settings.load_profile("wireroom")

pytest_plugins = ["tests.telegram.sandbox_fixture"]
