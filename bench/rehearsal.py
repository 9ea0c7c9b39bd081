"""A rehearsal of a million people over days: its time, its memory, and when the first figures stand in its row."""

import asyncio
import sqlite3
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from bench.result import ProofResult
from bench.world import WORKER, state_in
from campaigns.jobs import JobState
from campaigns.message.variants import Message, encode_message
from campaigns.plan.rehearsal_views import Figures
from campaigns.schedule.campaign_plan import CampaignPlan, FrequencyCap, encode_plan
from campaigns.schedule.windows import Schedule
from cli.plan_options import parse_window
from core.clock import SystemClock
from core.domain.account import WorkspaceKind
from core.domain.ids import CampaignId
from core.workspace import open_workspace
from database import Database, RehearsalStore
from main import MainHouse

PEOPLE: Final = 1_000_000
ACCOUNTS: Final = 300
CAMPAIGN: Final = CampaignId(1)
MAX_S: Final = 60.0
MAX_MB: Final = 300.0
FIRST_S: Final = 2.0
ZONES: Final = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Africa/Lagos", "America/Sao_Paulo")
PLAN: Final = CampaignPlan(
    schedule=Schedule(windows=(parse_window("mon-fri 09:00-19:00"),), time_zone="Europe/Berlin", in_own_zone=True),
    per_day=400_000,
    cap=FrequencyCap(messages=2, days=7),
)
TEMPLATE: Final = "Hello **{{ name }}**, the course in {{ city | default('your city') }} begins on {{ day }}."

_PEOPLE: Final = """
INSERT INTO contact (id, name, username, telegram_user_id, time_zone, fields, created_at, updated_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
SELECT i, iif(i % 1000, 'Person ' || i, ''), 'somebody_' || i, 10000000 + i,
    CASE i % 8 WHEN 0 THEN ? WHEN 1 THEN ? WHEN 2 THEN ? WHEN 3 THEN ? WHEN 4 THEN ? END,
    json_object('city', 'City ' || (i % 100), 'day', (i % 28 + 1) || ' March', 'source', 'spring list'), 0, 0 FROM n
"""
_ACCOUNTS: Final = """
INSERT INTO account (id, kind, title, telegram_user_id, data_centre, session_secret, state_at, limit_profile, created_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
SELECT i, 'bot', 'Account ' || i, i, 'sandbox', 'session ' || i, 0, 'careful', 0 FROM n
"""
_LIMITS: Final = """
INSERT INTO account_limit (account_id, kind, value, set_by, set_at) SELECT id, 'per_day', 700, 'bench', 0 FROM account
"""
_KNOWN: Final = """
INSERT INTO peer (account_id, user_id, access_hash, wrote_at, seen_at)
SELECT id % ? + 1, telegram_user_id, 7, 1, 1 FROM contact
"""
_CONSENT: Final = """
INSERT INTO consent (contact_id, basis, source, given_at, recorded_at)
SELECT id, 'agreed', 'form', 0, 0 FROM contact WHERE id % 97
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What one job took."""

    first_s: float  # until figures of people stood in its row
    whole_s: float
    cpu_s: float
    peak_mb: float
    figures: Figures


async def run_job(folder: Path, people: int, accounts: int) -> Run:
    """Fill a workspace and rehearse it in a job process, as the command does."""
    workspace = open_workspace(folder)
    async with MainHouse().services(workspace, kind=WorkspaceKind.SANDBOX) as services:
        await services.get(Database).write(lambda work: _fill(work.connection, people, accounts))
        store, clock = services.get(RehearsalStore), SystemClock()
        rehearsal_id = await store.create(CAMPAIGN, start_at=None, actor="bench", now=clock.now())
        words = ["rehearsal-job", "--workspace", str(folder), "--rehearsal", str(rehearsal_id)]
        began_s = clock.monotonic()
        process = await asyncio.create_subprocess_exec(*WORKER, *words)
        watched = psutil.Process(process.pid)
        first_s, peak, cpu_s = 0.0, 0, 0.0
        while True:
            view = await store.get(rehearsal_id)
            if not first_s and view.figures.recipients:
                first_s = clock.monotonic() - began_s
            if view.state is not JobState.RUNNING:
                break
            peak, times = max(peak, watched.memory_info().rss), watched.cpu_times()
            cpu_s = times.user + times.system
            await asyncio.sleep(0.05)
        whole_s = clock.monotonic() - began_s
        await process.wait()
    return Run(first_s, whole_s, cpu_s, peak / 2**20, view.figures)


def _fill(raw: sqlite3.Connection, people: int, accounts: int) -> None:
    raw.execute(_ACCOUNTS, (accounts,))
    raw.execute(_LIMITS)
    raw.execute(_PEOPLE, (people, *ZONES))
    raw.execute(_KNOWN, (accounts,))
    raw.execute(_CONSENT)
    raw.execute(
        "INSERT INTO campaign (id, title, state_at, state_by, message, created_at, created_by, plan)"
        " VALUES (?, 'Spring', 0, 'bench', ?, 0, 'bench', ?)",
        (CAMPAIGN, encode_message(Message.of_text(TEMPLATE)), encode_plan(PLAN)),
    )
    raw.execute("INSERT INTO campaign_account SELECT 1, id FROM account")
    raw.execute("INSERT INTO campaign_member SELECT 1, id FROM contact")


async def prove(rounds: int = 1) -> ProofResult:
    """`rounds`: millions are rehearsed so often; the worst counts."""
    runs = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="wireroom-rehearsal-") as name, state_in(Path(name) / "state"):
            runs.append(await run_job(Path(name) / "workspace", PEOPLE, ACCOUNTS))
            sys.stderr.write(f"{runs[-1].whole_s:.1f} s, {runs[-1].peak_mb:.0f} MB\n")
    whole, peak, first = (
        max(values) for values in zip(*((r.whole_s, r.peak_mb, r.first_s) for r in runs), strict=True)
    )
    figures = runs[-1].figures
    length = figures.finishes_at - figures.starts_at if figures.finishes_at and figures.starts_at else None
    return ProofResult(
        proved=f"A million people are rehearsed in {MAX_S:.0f} s and {MAX_MB:.0f} MB, first figures after {FIRST_S:.0f} s",
        is_met=whole <= MAX_S and peak <= MAX_MB and first <= FIRST_S and figures.recipients == PEOPLE,
        figures={
            "time, texts too (s)": round(whole, 1),
            "of that CPU (s)": round(runs[-1].cpu_s, 1),
            "first figures after (s)": round(first, 2),
            "memory (MB)": round(peak),
            "recipients": figures.recipients,
            "to send": figures.to_send,
            "skipped": {reason.value: count for reason, count in figures.skipped.items()},
            "texts": figures.texts,
            "lasts": str(length),
        },
    )
