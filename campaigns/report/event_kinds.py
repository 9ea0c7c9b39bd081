"""What Activity can say: the closed set of kinds of events. Claims and sends are not events, they are counted."""

from enum import StrEnum


class EventKind(StrEnum):
    """What happened. The data of each kind is named beside it; none holds a text, a phone number or a secret."""

    CAMPAIGN_CREATED = "campaign.created"
    CAMPAIGN_WRITTEN = "campaign.written"  # the message of a draft was changed
    CAMPAIGN_TESTED = "campaign.tested"  # a test message was asked for
    CAMPAIGN_PLANNED = "campaign.planned"  # its schedule, limits, cap or canary were changed
    CAMPAIGN_PEOPLE = "campaign.people"  # count: who is in the audiences that were chosen
    CAMPAIGN_SUBMITTED = "campaign.submitted"
    CAMPAIGN_SENT_BACK = "campaign.sent_back"  # reason
    CAMPAIGN_APPROVED = "campaign.approved"  # comment
    CAMPAIGN_SCHEDULED = "campaign.scheduled"  # start_at (ISO 8601), how many are planned, skipped
    CAMPAIGN_STARTED = "campaign.started"
    CAMPAIGN_PAUSED = "campaign.paused"  # reason
    CAMPAIGN_RESUMED = "campaign.resumed"
    CAMPAIGN_SENT_AGAIN = "campaign.sent_again"  # count: who failed is tried again
    CAMPAIGN_SLOWED = "campaign.slowed"  # per_hour, 0: as fast as its plan says
    CAMPAIGN_ACCOUNT = "campaign.account_added"  # moved: deliveries that this account took over
    CAMPAIGN_CLONED = "campaign.cloned"  # from (its number)
    CAMPAIGN_ARCHIVED = "campaign.archived"
    CAMPAIGN_UNARCHIVED = "campaign.unarchived"
    CAMPAIGN_CANARY = "campaign.canary_passed"  # people, failed: the first people have it, the rest goes on
    CAMPAIGN_ENDED = "campaign.ended"  # count: whom its end left without the message
    SERIES_RUN = "series.run"  # series, run_at (ISO 8601): this campaign is the run of that one
    SERIES_SKIPPED = "series.skipped"  # count, until (ISO 8601), reason: runs that do not take place
    CAMPAIGN_FINISHED = "campaign.finished"  # how many deliveries, by state
    CAMPAIGN_CANCELLED = "campaign.cancelled"  # reason
    CAMPAIGN_FAILED = "campaign.failed"  # reason
    DELIVERIES_CANCELLED = "deliveries.cancelled"  # count: what was left of a stopped campaign

    DELIVERIES_COUNTED = "deliveries.counted_as_sent"  # count: of unknown fate, by a person
    DELIVERIES_LEFT = "deliveries.left_unknown"  # count: of unknown fate, by a person

    ACCOUNT_ADDED = "account.added"
    ACCOUNT_SIGNED_IN = "account.signed_in"  # again, with a new session
    ACCOUNT_PAUSED = "account.paused"
    ACCOUNT_RESUMED = "account.resumed"
    ACCOUNT_STOPPED = "account.stopped"  # state, reason
    ACCOUNT_COOLDOWN = "account.cooldown"  # until (ISO 8601): Telegram demanded a wait
    ACCOUNT_SLOWED = "account.slowed"  # until (ISO 8601): half rate
    ACCOUNT_PROFILE = "account.limit_profile"  # profile
    ACCOUNTS_LABELLED = "account.labels"  # accounts (how many), added, removed
    ACCOUNT_LIMITS = "account.limits"  # the new number by kind, 0: the profile's; beyond_safe 1: above the safe range
    ACCOUNT_DEVICES = "account.devices"  # ended: "one" or "others"
    ACCOUNT_LOGGED_OUT = "account.logged_out"
    ACCOUNT_REMOVED = "account.removed"  # cancelled, moved, uncertain: deliveries

    PERSON_STOPPED = "person.stopped"  # said STOP
    PERSON_BLOCKED = "person.blocked"  # blocked the account
    PERSON_GONE = "person.gone"  # the Telegram account no longer exists
    PERSON_SUPPRESSED = "person.suppressed"  # put on the suppression list
    PERSON_UNSUPPRESSED = "person.unsuppressed"  # taken off the list again, by a person
    PERSON_AGREED = "person.agreed"  # a consent was written down by hand
    PERSON_WITHDREW = "person.withdrew"  # a consent was taken back, written down by hand
    PERSON_EDITED = "person.edited"
    PERSON_ERASED = "person.erased"  # deliveries, backups: how many held them
    PERSON_EXPORTED = "person.exported"  # everything about one person was written to a file
    PEOPLE_EXPORTED = "people.exported"  # count, file (its path)
    LIST_EXPORTED = "list.exported"  # what (suppressions, report, refused), file, count
    EXPORT_FAILED = "export.failed"  # what (as before, or people), file: it was not written
    PEOPLE_TAGGED = "people.tagged"  # people (how many), added, removed: tags
    PEOPLE_MERGED = "people.merged"  # two contacts were one person
    SUPPRESSIONS_IMPORTED = "suppressions.imported"  # import (its number), added, known, refused
    PERSON_STARTED = "person.started"  # a known contact pressed Start: a consent was recorded
    REPLY_RECEIVED = "reply.received"
    # conversation, by ("the person" or "another device"): by a reaction to a message
    CONVERSATION_RESOLVED = "conversation.resolved"
    TICKET_OPENED = "ticket.opened"  # ticket (its number), conversation
    TICKET_CLOSED = "ticket.closed"  # ticket, conversation
    PEOPLE_IMPORTED = "people.imported"  # import (its number), added, updated, unchanged, refused, said_no
    IMPORT_UNDONE = "import.undone"  # import, kept: who stays, since they got a message or are suppressed

    PROXIES_IMPORTED = "proxies.imported"  # added, known
    PROXIES_CHANGED = "proxies.changed"  # changed (how many): label, country, capacity or password
    PROXIES_REMOVED = "proxies.removed"  # removed, moved (accounts), waiting (accounts)
    PROXY_ASSIGNED = "proxy.assigned"  # proxy (its number): the account leaves through it from now on
    PROXY_RELEASED = "proxy.released"  # direct: 1 when the account connects directly from now on, 0 when it waits
    PROXY_MOVED = "proxy.moved"  # proxy: the account was moved to it, since its own does not work
    PROXY_FAILED = "proxy.failed"  # proxy, failure: it does not work from now on
    PROXY_RECOVERED = "proxy.recovered"  # proxy

    # feature, provider, model, outcome ("answered", "cached", "cancelled" or the code of an error), tokens_in, tokens_out;
    # conversation (its number) for what the inbox asks
    AI_ASKED = "ai.asked"
    AI_SWITCHED = "ai.switched"  # feature, on (1 or 0), provider, address: a feature of the inbox

    WEBHOOK_ADDED = "webhook.added"  # webhook (its number), name; of the next ones as well
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_ROLLED = "webhook.rolled"  # it has a new secret
    WEBHOOK_PAUSED = "webhook.paused"
    WEBHOOK_RESUMED = "webhook.resumed"
    WEBHOOK_REMOVED = "webhook.removed"
    WEBHOOK_GAVE_UP = "webhook.gave_up"  # count: events that were tried for a day
    WEBHOOK_STOPPED = "webhook.stopped"  # reason: it was paused, since it cannot be told anything

    SETTING_CHANGED = "setting.changed"  # setting (section.key), before, after; nothing secret is a setting

    WORKSPACE_RESTORED = "workspace.restored"  # since (ISO 8601): what was sent later is not known here
    RESTORED_CHOSEN = "campaign.after_restore"  # choice, count: rows that count as possibly sent
    WORKER_STARTED = "worker.started"
    WORKER_ENDED = "worker.ended"
    CLOCK_WRONG = "clock.wrong"  # ahead_s
    CLOCK_JUMPED = "clock.jumped"
