"""The text model: which one, and how much it may be asked."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class AiSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """AI"""

    enabled: Annotated[
        bool,
        Meta(
            title="Help with writing",
            description="A text model is asked when you ask for it, and for what you turned on in the inbox. Off: nothing "
            "of it is loaded, and nothing is sent.",
        ),
    ] = True
    provider: Annotated[
        Literal["gemini", "openai", "legacy-gemini"],
        Meta(
            title="Provider",
            description="Gemini; any server of the OpenAI form, also on this computer; or Gemini by Google's former "
            "package, which Google no longer supports.",
        ),
    ] = "gemini"
    # The cheapest of the present ones; names change every few months, so the provider's list is what counts.
    model: Annotated[
        str, Meta(title="Model", description="As the provider lists it: ai models.", min_length=1, max_length=200)
    ] = "gemini-3.5-flash-lite"
    address: Annotated[
        str,
        Meta(
            title="Address",
            description="Of the provider, such as http://127.0.0.1:11434/v1. Empty: Google's, or Ollama on this computer.",
            max_length=500,
        ),
    ] = ""
    requests_a_day: Annotated[
        int,
        Meta(
            title="Requests a day", description="At most; then it stops until the next day (UTC).", ge=1, le=1_000_000
        ),
    ] = 500
    tokens_a_day: Annotated[
        int,
        Meta(
            title="Tokens a day",
            description="Read and written together, at most; then it stops until the next day (UTC).",
            ge=1000,
            le=1_000_000_000,
        ),
    ] = 1_000_000
    inbox_requests_a_day: Annotated[
        int,
        Meta(
            title="Requests a day of the inbox",
            description="For suggested answers and summaries; 0: they share the requests and tokens of writing.",
            ge=0,
            le=1_000_000,
        ),
    ] = 0
    sort_requests_a_day: Annotated[
        int,
        Meta(
            title="Requests a day of sorting",
            description="At most; new replies then wait until the next day (UTC). One request sorts what one person wrote.",
            ge=1,
            le=1_000_000,
        ),
    ] = 500
    sort_requests_a_minute: Annotated[
        int,
        Meta(
            title="Requests a minute of sorting",
            description="No faster, also when many answer at once.",
            ge=1,
            le=600,
        ),
    ] = 20
    cache_hours: Annotated[
        float,
        Meta(
            title="Hours to keep answers",
            description="The same request is then answered without asking again; 0: never. Nothing of the inbox is kept.",
            ge=0,
            le=720,
        ),
    ] = 24.0
