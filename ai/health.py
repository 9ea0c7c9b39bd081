"""What `doctor` says about writing with AI. Nobody is asked, and nothing is loaded."""

from collections.abc import Callable, Sequence

from ai.providers import LEGACY, TITLES, Target, is_installed
from core.config import AiSettings
from core.health import HealthCheck, HealthResult, fail, ok, warn


def ai_checks(settings: Callable[[], AiSettings]) -> Sequence[HealthCheck]:
    """One check."""
    return [HealthCheck("AI", lambda: check_ai(settings()))]


def check_ai(settings: AiSettings) -> HealthResult:
    """Whether what the settings name can be asked, as far as this computer knows."""
    if not settings.enabled:
        return ok("Writing with AI is turned off. Nothing of it is loaded.")
    target = Target.of(settings)
    title = TITLES[settings.provider]
    if not is_installed(settings.provider):
        hint = "uv sync --extra legacy-gemini" if settings.provider == LEGACY else "Install Wireroom again."
        return fail(f"The package for {title} is not installed.", hint)
    sentence = f"Asks {title}, model {settings.model}, at {target.address}, when you ask for it."
    if settings.provider == LEGACY:
        return warn(sentence, "Choose the provider gemini: docs/ai.md says what the former package cannot do.")
    return ok(sentence)
