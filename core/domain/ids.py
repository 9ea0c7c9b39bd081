"""Ids of rows, told apart by type."""

from typing import NewType

AccountId = NewType("AccountId", int)
AudienceId = NewType("AudienceId", int)
CampaignId = NewType("CampaignId", int)
NO_CAMPAIGN = CampaignId(0)  # of what leaves without being a campaign's delivery: a test
CannedReplyId = NewType("CannedReplyId", int)
ContactId = NewType("ContactId", int)
ConversationId = NewType("ConversationId", int)
DeliveryId = NewType("DeliveryId", int)
ExportId = NewType("ExportId", int)
ImportId = NewType("ImportId", int)
ProxyId = NewType("ProxyId", int)
RehearsalId = NewType("RehearsalId", int)
RequestId = NewType("RequestId", int)
TemplateId = NewType("TemplateId", int)
WebhookId = NewType("WebhookId", int)
WebhookDeliveryId = NewType("WebhookDeliveryId", int)
WorkerId = NewType("WorkerId", str)  # random, one per start of a worker

TelegramUserId = NewType("TelegramUserId", int)  # Telegram's own id of a user or bot
