"""The stores of a workspace database, each made from it alone."""

from typing import Final

import database
from core.container import ServiceContainer

STORES: Final = (
    database.AccountLimitStore,
    database.AccountRemovalStore,
    database.AccountStore,
    database.AiLedgerStore,
    database.AssistStore,
    database.AudienceStore,
    database.CampaignDesk,
    database.CampaignStore,
    database.CannedReplyStore,
    database.ChatSignStore,
    database.ContactCardStore,
    database.ContactDesk,
    database.ContactListStore,
    database.ContactMergeStore,
    database.ContactStore,
    database.ConversationActs,
    database.ConversationStore,
    database.DeliveryStore,
    database.DraftDesk,
    database.EventStore,
    database.ExportStore,
    database.ImportStore,
    database.InboxNewsStore,
    database.IncomingStore,
    database.KeepingStore,
    database.LeaseStore,
    database.MediaStore,
    database.MessageChangeStore,
    database.MessageSortingStore,
    database.ProxyDesk,
    database.ProxyStore,
    database.RecipientStore,
    database.RehearsalFactStore,
    database.RehearsalStore,
    database.ReplyStore,
    database.ReportStore,
    database.RequestStore,
    database.RestoreStore,
    database.SeriesStore,
    database.SendTestStore,
    database.SteeringStore,
    database.SuppressionListStore,
    database.TemplateStore,
    database.TicketStore,
    database.UploadStore,
    database.WebhookQueue,
    database.WebhookStore,
    database.WorkerStore,
)


def register_stores(container: ServiceContainer) -> None:
    """Add all of them; the database must be registered too."""
    for store in STORES:
        _register(container, store)


def _register(container: ServiceContainer, store: type) -> None:
    container.register(store, lambda needs: store(needs.get(database.Database)), needs=[database.Database])
