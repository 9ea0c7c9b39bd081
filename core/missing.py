"""Numbers that name nothing: one sentence for each kind of thing, with where the numbers of those that are there stand."""

from types import MappingProxyType

from core.errors import UserInputError

WHERE_TO_LOOK = MappingProxyType(
    {
        "account": "The page Accounts and `account list` show those there are.",
        "audience": "The page Audiences and `audience list` show those there are.",
        "campaign": "The page Campaigns and `campaign list` show those there are, those put away with --archived.",
        "conversation": "The page Inbox and `inbox list --box all` show those there are. Its person may have been erased.",
        "export": "Export it again. The page Activity shows where earlier ones went.",
        "import": "The page Audiences and `audience imports` show those there were.",
        "message": "The page Inbox and `inbox show CONVERSATION` show the messages of a conversation with their numbers.",
        "person": "The page Audiences and `people list` show everybody. The person may have been erased or merged.",
        "proxy": "The page Proxies and `proxy list` show those there are.",
        "rehearsal": "Rehearse the campaign again: of each campaign the last ones are kept.",
        "template": "`template list` shows those there are, and so does the composer.",
        "test message": "Send the test again.",
        "version": "`template history TEMPLATE` shows every version of a template.",
        "webhook": "The page Settings and `webhook list` show those there are.",
    }
)
"""By what is missing, in words: what to do next."""


def missing(thing: str, number: int) -> UserInputError:
    """The error to raise when no `thing` (a key of WHERE_TO_LOOK) of this workspace has this number."""
    return UserInputError(
        f"There is no such {thing} in this workspace.",
        title=f"{thing.capitalize()} {number} is not known",
        hint=WHERE_TO_LOOK[thing],
        detail=f"{thing} {number}",
    )
