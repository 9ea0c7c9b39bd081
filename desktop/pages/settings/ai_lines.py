"""Writing with AI on the settings page: the provider's key, its models, and whether it answers."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from ai.child.control import AiControl
from ai.child.orders import TryOut
from ai.providers import TITLES, Target
from core.clock import Clock
from core.config import AiSettings
from core.errors import AppError, Cancelled
from core.text_model import ModelInfo
from desktop.ai_keys import AiKeys
from desktop.dialogs.ai_key import AiKeyDialog
from desktop.event_loop import ask
from desktop.notifications import NotificationCenter
from desktop.pages.settings.row import add_line, column_of_lines
from desktop.scope import Scope
from desktop.theme import Role, Token
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label, set_token

_KEPT = "A key is in the secret store. It is not shown again."
_NONE = "No key is stored yet."
_FREE = "No key is stored. A server on this computer mostly needs none."
_TRY = "Asks the model for one word; it counts as a request."
MOST_MODELS = 40  # of a menu; some servers list hundreds, and a name can be typed as well


class AiLines(QWidget):
    """Shows how it stands whenever it is shown. `modelChosen`: the id of one that the provider listed."""

    modelChosen = Signal(str)

    def __init__(
        self,
        control: AiControl,
        keys: AiKeys,
        settings: Callable[[], AiSettings],
        notifications: NotificationCenter,
        clock: Clock,
        actor: str,
        parent: QWidget | None = None,
    ) -> None:
        """`settings` may raise ConfigurationError."""
        super().__init__(parent)
        self._control = control
        self._keys = keys
        self._settings = settings
        self._notifications = notifications
        self._clock = clock
        self._actor = actor
        self._scope = Scope(self)
        self.key_words = label("", Role.HINT, wrap=True)
        self.store = Button("Store a key…", small=True)
        self.forget = Button("Forget", small=True)
        self.forget.setAccessibleName("Forget the key")
        self.models_words = label(
            "What the provider offers now; their names change every few months.", Role.HINT, wrap=True
        )
        self.list = Button("Choose a model…", small=True)
        self.menu = QMenu(self)
        self.try_words = label(_TRY, Role.HINT, wrap=True)
        self.test = Button("Test", small=True)
        self.test.setAccessibleName("Test the model")
        for button, act in (
            (self.store, self._ask_key),
            (self.forget, self._forget_key),
            (self.list, self._list_models),
            (self.test, self._test),
        ):
            button.clicked.connect(act)
        self._build()

    def refresh(self) -> None:
        """Show whether there is a key."""
        self._begin(self._refresh, "whether there is a key")

    def _build(self) -> None:
        column = column_of_lines(self)
        for title, words, buttons in (
            ("Key", self.key_words, (self.forget, self.store)),
            ("Models of the provider", self.models_words, (self.list,)),
            ("Does it answer?", self.try_words, (self.test,)),
        ):
            add_line(column, (label(title, Role.STRONG), words), buttons)

    # ------------------------------------------------------------------------------------------------ acting

    def _begin(self, act: Callable[[], Awaitable[None]], name: str) -> None:
        self._scope.task(self._guarded(act), name, is_latest=True)

    async def _guarded(self, act: Callable[[], Awaitable[None]]) -> None:
        try:
            await act()
        except AppError as error:
            self._notifications.error(error)

    async def _refresh(self) -> None:
        settings = self._settings()
        has_key = await self._keys.has(settings.provider)
        needs_key = Target.of(settings).needs_key
        self.key_words.setText(_KEPT if has_key else _NONE if needs_key else _FREE)
        set_token(self.key_words, Token.WARN if needs_key and not has_key else None)
        self.store.set_text("Replace…" if has_key else "Store a key…")
        self.store.setAccessibleName("Replace the key" if has_key else "Store a key")
        self.forget.setVisible(has_key)

    def _ask_key(self) -> None:
        self._begin(self._take_key, "store a key")

    async def _take_key(self) -> None:
        provider = self._settings().provider
        dialog = AiKeyDialog(self.window(), TITLES[provider])
        scope = Scope(dialog)
        scope.connect(
            dialog.submitted,
            lambda key: scope.task(self._store_key(dialog, provider, key), "store the key", is_latest=True),
        )
        if await ask(dialog):
            self._notifications.toast("The key is stored", "“Test” shows whether it is taken.")
            await self._refresh()

    async def _store_key(self, dialog: AiKeyDialog, provider: str, key: str) -> None:
        dialog.show_busy(True)
        try:
            await self._keys.store(provider, key)
        except Cancelled:
            pass
        except AppError as error:
            dialog.show_refused(f"{error.title}. {error.message} {error.hint}".strip())
        else:
            await self._control.close()  # it holds the former one
            dialog.accept()
            return
        dialog.show_busy(False)

    def _forget_key(self) -> None:
        self._begin(self._take_key_away, "forget the key")

    async def _take_key_away(self) -> None:
        provider = self._settings().provider
        await self._keys.forget(provider)
        await self._control.close()
        self._notifications.toast(f"The key for {TITLES[provider]} is deleted")
        await self._refresh()

    def _list_models(self) -> None:
        self._begin(self._show_models, "list models")

    async def _show_models(self) -> None:
        self.list.set_reason_disabled("The provider is asked")
        try:
            found = await self._control.models()
        except Cancelled:
            return
        except AppError as error:
            self._say(self.models_words, str(error), Token.BAD)
            return
        finally:
            self.list.set_reason_disabled("")
        self._say(self.models_words, f"It offers {len(found)}.", None)
        self._fill(found)
        self.menu.popup(self.list.mapToGlobal(self.list.rect().bottomLeft()))

    def _fill(self, found: Sequence[ModelInfo]) -> None:
        self.menu.clear()
        present = self._settings().model
        for model in found[:MOST_MODELS]:
            words = model.id if model.title in ("", model.id) else f"{model.title} ({model.id})"
            action = self.menu.addAction(words, partial(self.modelChosen.emit, model.id))
            action.setCheckable(True)
            action.setChecked(model.id == present)

    def _test(self) -> None:
        self._begin(self._try, "test the model")

    async def _try(self) -> None:
        self.test.set_reason_disabled("The model is asked")
        self._say(self.try_words, "Asking …", None)
        settings, began = self._settings(), self._clock.monotonic()
        try:
            await self._control.ask(TryOut(), actor=self._actor)
        except Cancelled:
            self._say(self.try_words, _TRY, None)
        except AppError as error:
            self._say(self.try_words, str(error), Token.BAD)
        else:
            took_s = self._clock.monotonic() - began
            self._say(
                self.try_words,
                f"{settings.model} at {Target.of(settings).address} answered in {took_s:.1f} s.",
                Token.GOOD,
            )
        finally:
            self.test.set_reason_disabled("")

    @staticmethod
    def _say(words: QLabel, text: str, token: Token | None) -> None:
        words.setText(text)
        set_token(words, token)
