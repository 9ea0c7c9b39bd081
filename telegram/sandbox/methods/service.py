"""help.*: what a client asks right after it has connected."""

from typing import Any

from telethon.tl import functions, types

from telegram.sandbox.address import HOST
from telegram.sandbox.dispatch import Call, Caller, answers

CONFIG_LIFETIME_S = 3600


@answers(functions.help.GetConfigRequest, Caller.ANYBODY)
def get_config(call: Call, request: Any) -> Any:
    """Both data centres. The limits are Telegram's."""
    now_s = call.centre.now_s()
    return types.Config(
        date=now_s,
        expires=now_s + CONFIG_LIFETIME_S,
        test_mode=False,
        this_dc=call.link.dc_id,
        dc_options=[types.DcOption(dc_id, HOST, port) for dc_id, port in call.centre.ports.items()],
        dc_txt_domain_name="",
        chat_size_max=200,
        megagroup_size_max=200_000,
        forwarded_count_max=100,
        online_update_period_ms=210_000,
        offline_blur_timeout_ms=5_000,
        offline_idle_timeout_ms=30_000,
        online_cloud_timeout_ms=300_000,
        notify_cloud_delay_ms=30_000,
        notify_default_delay_ms=1_500,
        push_chat_period_ms=60_000,
        push_chat_limit=2,
        edit_time_limit=172_800,
        revoke_time_limit=2_147_483_647,
        revoke_pm_time_limit=2_147_483_647,
        rating_e_decay=2_419_200,
        stickers_recent_limit=200,
        channels_read_media_period=604_800,
        call_receive_timeout_ms=20_000,
        call_ring_timeout_ms=90_000,
        call_connect_timeout_ms=30_000,
        call_packet_timeout_ms=10_000,
        me_url_prefix="https://t.me/",
        caption_length_max=1024,
        message_length_max=4096,
        webfile_dc_id=call.link.dc_id,
    )


@answers(functions.help.GetAppConfigRequest, Caller.ANYBODY)
def get_app_config(call: Call, request: Any) -> Any:
    """Empty, but for an account that is frozen (auth.html, "Frozen accounts")."""
    standing = call.centre.state.standings.get(call.account_id)
    values: list[Any] = []
    if standing is not None and standing.frozen_since_s:
        values = [
            types.JsonObjectValue("freeze_since_date", types.JsonNumber(float(standing.frozen_since_s))),
            types.JsonObjectValue("freeze_until_date", types.JsonNumber(float(standing.frozen_until_s))),
            types.JsonObjectValue("freeze_appeal_url", types.JsonString(standing.appeal_url)),
        ]
    return types.help.AppConfig(hash=1 + len(values), config=types.JsonObject(values))
