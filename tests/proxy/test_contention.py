"""The short form of the bench `proxies`: two processes contend for a hundred exclusive proxies."""

import pytest

from bench.proxies.proof import prove


@pytest.mark.slow
async def test_two_processes_never_hold_one_exclusive_proxy_and_the_check_can_fail() -> None:
    figures = (await prove(1, cycles=1000)).figures

    assert (figures["takes"], figures["double_holders"]) == (1000, 0)
    assert figures["read_then_write_double_holders"] > 0
