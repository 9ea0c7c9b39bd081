"""The second password: proved to Telegram without being sent (SRP), and not kept."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from telethon.password import compute_check
from telethon.tl.functions.account import GetPasswordRequest
from telethon.tl.functions.auth import CheckPasswordRequest


async def check_password(call: Callable[[Any], Awaitable[Any]], password: str) -> Any:
    """The authorization. Raises UserInputError for a wrong one."""
    parameters = await call(GetPasswordRequest())
    proof = await asyncio.to_thread(compute_check, parameters, password)  # 0.2 s of CPU: 100,000 rounds of PBKDF2
    return await call(CheckPasswordRequest(proof))
