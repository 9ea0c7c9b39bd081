"""SQLite: connection, writer, readers, migrations and one store per aggregate.

The names below are the package's public face; each is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from database.changes import ChangeFeed as ChangeFeed
    from database.database import Database as Database
    from database.online_copy import copy_database as copy_database
    from database.restored import PreparedWorkspace as PreparedWorkspace
    from database.restored import newest_schema as newest_schema
    from database.restored import prepare_restored as prepare_restored
    from database.statistics import DatabaseStatistics as DatabaseStatistics
    from database.stores.account_limits import AccountLimitStore as AccountLimitStore
    from database.stores.account_lists import AccountListStore as AccountListStore
    from database.stores.account_removal import AccountRemovalStore as AccountRemovalStore
    from database.stores.accounts import AccountStore as AccountStore
    from database.stores.ai_ledger import AiLedgerStore as AiLedgerStore
    from database.stores.assist import AssistStore as AssistStore
    from database.stores.audiences import AudienceStore as AudienceStore
    from database.stores.campaign_desk import CampaignDesk as CampaignDesk
    from database.stores.campaign_keeping import KeepingStore as KeepingStore
    from database.stores.campaign_steering import SteeringStore as SteeringStore
    from database.stores.campaigns import CampaignStore as CampaignStore
    from database.stores.canned_replies import CannedReplyStore as CannedReplyStore
    from database.stores.chat_signs import ChatSignStore as ChatSignStore
    from database.stores.contact_cards import ContactCardStore as ContactCardStore
    from database.stores.contact_desk import ContactDesk as ContactDesk
    from database.stores.contact_lists import ContactListStore as ContactListStore
    from database.stores.contact_merge import ContactMergeStore as ContactMergeStore
    from database.stores.contacts import ContactStore as ContactStore
    from database.stores.conversation_acts import ConversationActs as ConversationActs
    from database.stores.conversations import ConversationStore as ConversationStore
    from database.stores.deliveries import DeliveryStore as DeliveryStore
    from database.stores.draft_desk import DraftDesk as DraftDesk
    from database.stores.draft_people import DraftPeople as DraftPeople
    from database.stores.erasure import ErasureStore as ErasureStore
    from database.stores.events import EventStore as EventStore
    from database.stores.events import setting_data as setting_data
    from database.stores.exports import ExportStore as ExportStore
    from database.stores.imports import ImportStore as ImportStore
    from database.stores.inbox_news import InboxNewsStore as InboxNewsStore
    from database.stores.incoming import IncomingStore as IncomingStore
    from database.stores.leases import LeaseStore as LeaseStore
    from database.stores.media import MediaStore as MediaStore
    from database.stores.message_changes import MessageChangeStore as MessageChangeStore
    from database.stores.message_sorting import MessageSortingStore as MessageSortingStore
    from database.stores.proxies import ProxyGroup as ProxyGroup
    from database.stores.proxies import ProxyStore as ProxyStore
    from database.stores.proxy_desk import ProxyDesk as ProxyDesk
    from database.stores.proxy_screens import ProxyScreen as ProxyScreen
    from database.stores.recipients import RecipientStore as RecipientStore
    from database.stores.rehearsal_facts import RehearsalFactStore as RehearsalFactStore
    from database.stores.rehearsals import RehearsalStore as RehearsalStore
    from database.stores.replies import ReplyStore as ReplyStore
    from database.stores.reports import ReportStore as ReportStore
    from database.stores.requests import RequestStore as RequestStore
    from database.stores.restores import RestoreStore as RestoreStore
    from database.stores.screens import ScreenStore as ScreenStore
    from database.stores.send_tests import SendTestStore as SendTestStore
    from database.stores.series import SeriesStore as SeriesStore
    from database.stores.suppression_lists import SuppressionListStore as SuppressionListStore
    from database.stores.templates import TemplateStore as TemplateStore
    from database.stores.tickets import TicketStore as TicketStore
    from database.stores.trials import SamplePerson as SamplePerson
    from database.stores.trials import TrialStore as TrialStore
    from database.stores.uploads import UploadStore as UploadStore
    from database.stores.webhook_queue import WebhookQueue as WebhookQueue
    from database.stores.webhooks import WebhookStore as WebhookStore
    from database.stores.workers import WorkerStore as WorkerStore
    from database.stores.workspaces import WorkspaceRow as WorkspaceRow
    from database.stores.workspaces import WorkspaceStore as WorkspaceStore

_HOMES: Final = {
    "AccountListStore": "database.stores.account_lists",
    "AccountLimitStore": "database.stores.account_limits",
    "AccountRemovalStore": "database.stores.account_removal",
    "AccountStore": "database.stores.accounts",
    "AiLedgerStore": "database.stores.ai_ledger",
    "AssistStore": "database.stores.assist",
    "AudienceStore": "database.stores.audiences",
    "CampaignDesk": "database.stores.campaign_desk",
    "CampaignStore": "database.stores.campaigns",
    "ChatSignStore": "database.stores.chat_signs",
    "CannedReplyStore": "database.stores.canned_replies",
    "ChangeFeed": "database.changes",
    "ContactCardStore": "database.stores.contact_cards",
    "ContactDesk": "database.stores.contact_desk",
    "ContactListStore": "database.stores.contact_lists",
    "ContactMergeStore": "database.stores.contact_merge",
    "ErasureStore": "database.stores.erasure",
    "SuppressionListStore": "database.stores.suppression_lists",
    "ContactStore": "database.stores.contacts",
    "ConversationActs": "database.stores.conversation_acts",
    "TicketStore": "database.stores.tickets",
    "ConversationStore": "database.stores.conversations",
    "Database": "database.database",
    "DatabaseStatistics": "database.statistics",
    "DeliveryStore": "database.stores.deliveries",
    "DraftDesk": "database.stores.draft_desk",
    "DraftPeople": "database.stores.draft_people",
    "EventStore": "database.stores.events",
    "PreparedWorkspace": "database.restored",
    "copy_database": "database.online_copy",
    "newest_schema": "database.restored",
    "prepare_restored": "database.restored",
    "setting_data": "database.stores.events",
    "ExportStore": "database.stores.exports",
    "ImportStore": "database.stores.imports",
    "InboxNewsStore": "database.stores.inbox_news",
    "IncomingStore": "database.stores.incoming",
    "KeepingStore": "database.stores.campaign_keeping",
    "LeaseStore": "database.stores.leases",
    "MessageSortingStore": "database.stores.message_sorting",
    "MediaStore": "database.stores.media",
    "ProxyDesk": "database.stores.proxy_desk",
    "ProxyGroup": "database.stores.proxies",
    "ProxyScreen": "database.stores.proxy_screens",
    "ProxyStore": "database.stores.proxies",
    "RecipientStore": "database.stores.recipients",
    "RehearsalFactStore": "database.stores.rehearsal_facts",
    "RehearsalStore": "database.stores.rehearsals",
    "MessageChangeStore": "database.stores.message_changes",
    "ReplyStore": "database.stores.replies",
    "ReportStore": "database.stores.reports",
    "RestoreStore": "database.stores.restores",
    "RequestStore": "database.stores.requests",
    "ScreenStore": "database.stores.screens",
    "SteeringStore": "database.stores.campaign_steering",
    "SendTestStore": "database.stores.send_tests",
    "TemplateStore": "database.stores.templates",
    "SeriesStore": "database.stores.series",
    "UploadStore": "database.stores.uploads",
    "SamplePerson": "database.stores.trials",
    "TrialStore": "database.stores.trials",
    "WebhookQueue": "database.stores.webhook_queue",
    "WebhookStore": "database.stores.webhooks",
    "WorkerStore": "database.stores.workers",
    "WorkspaceRow": "database.stores.workspaces",
    "WorkspaceStore": "database.stores.workspaces",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
