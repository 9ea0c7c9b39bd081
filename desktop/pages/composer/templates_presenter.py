"""The library of templates as the composer uses it: found, read version by version, kept, put away. Knows no Qt."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Protocol

from campaigns.message.library import SavedTemplate
from campaigns.message.variants import Message
from core.domain.ids import TemplateId
from core.errors import AppError
from desktop.pages.services import PageServices
from desktop.scope import Scope


class TemplatesView(Protocol):
    """What the dialog shows."""

    def show_templates(self, found: Sequence[SavedTemplate]) -> None: ...
    def show_versions(self, versions: Sequence[SavedTemplate]) -> None: ...
    def show_problem(self, words: str) -> None: ...


class TemplatesPresenter:
    """One dialog: reads end with it, what it writes does not."""

    def __init__(self, services: PageServices, view: TemplatesView, scope: Scope) -> None:
        self._services = services
        self._view = view
        self._scope = scope
        self._words = ""
        self._is_deleted = False
        self._shown: TemplateId | None = None

    def find(self, words: str = "", *, is_deleted: bool = False) -> None:
        """Those of the library that hold the words, or of those that were put away."""
        self._words, self._is_deleted, self._shown = words, is_deleted, None
        self._scope.task(self._told(self._find), "find templates", is_latest=True)

    def look_at(self, template_id: TemplateId) -> None:
        """Every version of this one."""
        self._shown = template_id
        self._scope.task(self._told(lambda: self._look_at(template_id)), "versions of a template", is_latest=True)

    def restore_version(self, template_id: TemplateId, version: int) -> None:
        """Make an older version the newest one."""
        library, actor = self._services.library, self._services.actor
        self._act(lambda: library.restore_version(template_id, version, actor=actor), template_id)

    def rename(self, template_id: TemplateId, title: str) -> None:
        self._act(lambda: self._services.library.rename(template_id, title), template_id)

    def put_away(self, template_id: TemplateId) -> None:
        """Out of the library; it can be brought back."""
        self._act(lambda: self._services.library.delete(template_id, actor=self._services.actor), None)

    def bring_back(self, template_id: TemplateId) -> None:
        self._act(lambda: self._services.library.restore(template_id), None)

    async def _find(self) -> None:
        found = await self._services.library.find(self._words, is_deleted=self._is_deleted)
        self._view.show_templates(found)

    async def _look_at(self, template_id: TemplateId) -> None:
        versions = await self._services.library.history(template_id)
        if template_id == self._shown:  # nobody looks at another one by now
            self._view.show_versions(versions)

    def _act(self, act: Callable[[], Coroutine[object, object, object]], shown: TemplateId | None) -> None:
        async def act_and_read() -> None:
            await act()
            await self._find()
            if shown is not None:
                await self._look_at(shown)

        self._scope.task(self._told(act_and_read), "change a template")

    async def _told(self, work: Callable[[], Coroutine[object, object, None]]) -> None:
        self._view.show_problem("")
        try:
            await work()
        except AppError as error:
            self._view.show_problem(f"{error.message} {error.hint}".strip())


async def keep_as_template(services: PageServices, title: str, message: Message) -> None:
    """A new template of this title, or a new version of the one that has it; says which. Raises AppError."""
    library, actor = services.library, services.actor
    same = [one for one in await library.find() if one.title.casefold() == " ".join(title.split()).casefold()]
    if same:
        version = await library.save(same[0].id, message, actor=actor)
        is_new = version > same[0].version
        words = f"Version {version} of it." if is_new else f"Version {version} of it says the same already."
        services.tells.toast(f"“{same[0].title}” is kept", words)
        return
    await library.create(title, message, actor=actor)
    services.tells.toast(f"“{' '.join(title.split())}” is a template", "Its first version.")
