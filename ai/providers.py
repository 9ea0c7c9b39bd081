"""Which adapter the settings mean. An adapter, and the library below it, is loaded only here and only when needed."""

from dataclasses import dataclass
from importlib.util import find_spec

from core.ai_errors import AiNotSetUp
from core.config import AiSettings
from core.text_model import TextModel

GEMINI, OPENAI, LEGACY = "gemini", "openai", "legacy-gemini"
TITLES = {
    GEMINI: "Gemini",
    OPENAI: "a server of the OpenAI form",
    LEGACY: "Gemini by Google's former package, which Google no longer supports",
}
_GOOGLE = "https://generativelanguage.googleapis.com"
ADDRESSES = {GEMINI: _GOOGLE, LEGACY: _GOOGLE, OPENAI: "http://127.0.0.1:11434/v1"}  # the last: Ollama's own
_PACKAGES = {GEMINI: "google.genai", OPENAI: "httpx2", LEGACY: "google.generativeai"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where questions go."""

    provider: str
    address: str

    @classmethod
    def of(cls, settings: AiSettings) -> "Target":
        return cls(settings.provider, settings.address.strip() or ADDRESSES[settings.provider])

    @property
    def needs_key(self) -> bool:
        return self.provider != OPENAI


def is_installed(provider: str) -> bool:
    """Whether its package is there; nothing is loaded to find that out."""
    try:
        return find_spec(_PACKAGES[provider]) is not None
    except ModuleNotFoundError:
        return False


def open_model(target: Target, key: str) -> TextModel:
    """The adapter. Blocks for up to two seconds, the first time: call it on a thread. Raises AiNotSetUp."""
    from ai.connection import check_address

    if target.needs_key and not key:
        raise AiNotSetUp
    address = check_address(target.address, has_key=bool(key))
    try:
        return _make(target.provider, key, address)
    except (ValueError, OSError) as error:  # what the libraries read when they are made
        raise AiNotSetUp(
            "The proxy or the certificates that this computer names cannot be used. Nothing was sent.",
            hint="Look at the environment: HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE.",
            detail=type(error).__name__,
        ) from error


def _make(provider: str, key: str, address: str) -> TextModel:
    match provider:
        case "openai":
            from ai.openai_form import OpenAiFormModel

            return OpenAiFormModel(key, address=address)
        case "legacy-gemini":
            from ai.legacy_gemini import LegacyGeminiModel

            return LegacyGeminiModel(key, address=address)
        case _:
            from ai.gemini import GeminiModel

            return GeminiModel(key, address=address)
