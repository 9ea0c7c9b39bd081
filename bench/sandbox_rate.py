"""How many messages a second the sandbox takes, against a bare loopback echo of the same sizes."""

import tempfile
from pathlib import Path
from statistics import median

from bench.child import Child, started
from bench.result import BenchResult
from telegram.sandbox.process import SandboxProcess

MESSAGES = 4_000
PEOPLE = 100

# (accounts, in flight): messages a second of the prototype, on 2 shared cores (facts about Telegram, chapter 11.3).
TO_MEET = {(1, 1): "1330 to 1540", (1, 20): "4300 to 4400", (10, 1): "1800 to 2300", (10, 5): "3500 to 3900"}
COMPARED = (10, 5)

# On the wire with the full transport, for the message that bench/bare_loop.py sends: 32 bytes of session layer, padding
# to 16, 24 of key and hash, 12 of transport, around the request (156) and the result (100).
REQUEST_BYTES = 244
ANSWER_BYTES = 180


async def measure(rounds: int) -> BenchResult:
    """Sandbox and echo in turns; clients and servers are processes of their own."""
    ours: dict[tuple[int, int], list[float]] = {shape: [] for shape in TO_MEET}
    theirs: list[float] = []
    with tempfile.TemporaryDirectory(prefix="wireroom-sandbox-") as folder:
        sandbox = SandboxProcess(Path(folder))
        await sandbox.start()
        try:
            async with started("bare_loop.py", folder) as bare, started("echo.py", "server") as server:
                port = (await server.read())["port"]
                await bare.ask(sign_in=10, people=PEOPLE)
                async with started("echo.py", "client", str(port)) as echo:
                    for _ in range(rounds):
                        for shape, rates in ours.items():
                            rates.append(await _sandbox(bare, *shape))
                        theirs.append(await _echo(echo, *COMPARED))
        finally:
            await sandbox.stop()
    return BenchResult(
        compared=f"the sandbox's sendMessage against a bare loopback echo, {COMPARED[0]} links, {COMPARED[1]} in flight",
        unit="messages a second",
        ours=ours[COMPARED],
        theirs=theirs,
        extra={
            f"{accounts} accounts, {in_flight} in flight": f"{median(rates):,.0f} (to meet: {TO_MEET[accounts, in_flight]})"
            for (accounts, in_flight), rates in ours.items()
        },
    )


async def _sandbox(bare: Child, accounts: int, in_flight: int) -> float:
    answer = await bare.ask(send=MESSAGES, accounts=accounts, in_flight=in_flight)
    return float(MESSAGES / answer["seconds"])


async def _echo(echo: Child, links: int, in_flight: int) -> float:
    answer = await echo.ask(
        exchanges=MESSAGES, links=links, in_flight=in_flight, request=REQUEST_BYTES, answer=ANSWER_BYTES
    )
    return float(MESSAGES / answer["seconds"])
