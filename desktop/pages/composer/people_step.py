"""The People step of a campaign, made when it is first shown, and who is chosen, as a sentence for the review."""

from collections.abc import Callable, Sequence
from functools import cached_property

from PySide6.QtCore import QObject, Signal

from campaigns.audience.views import SamplePerson
from core.domain.ids import AudienceId
from desktop.formatting import count_of, join_words
from desktop.pages.composer.people_presenter import PeoplePresenter
from desktop.pages.composer.people_view import EXCLUDE, INCLUDE, AudienceChoice, PeopleView
from desktop.pages.services import PageServices


class PeopleStep(QObject):
    """`changed`: who is chosen, or how many they are, is another now; `chosen`: a person chose."""

    changed = Signal()
    chosen = Signal()

    def __init__(self, services: PageServices, frozen: Callable[[], str], parent: QObject) -> None:
        """`frozen`: why nothing can be changed; "" for a draft."""
        super().__init__(parent)
        self._services = services
        self._frozen = frozen
        self.presenter = PeoplePresenter(services, self)
        self._audiences: Sequence[AudienceChoice] = ()
        self._people: tuple[int | None, int | None] = (None, None)
        self._sample: Sequence[SamplePerson] = ()

    @cached_property
    def view(self) -> PeopleView:
        view = PeopleView(self._services.formats)
        view.chosen.connect(self._choose)
        view.show_audiences(self._audiences, frozen=self._frozen())
        view.show_count(*self._people)
        view.show_sample(self._sample)
        return view

    @property
    def words(self) -> str:
        """Who is chosen, and how many of them may be written to."""
        included = [choice.title for choice in self._audiences if choice.role == INCLUDE]
        excluded = [choice.title for choice in self._audiences if choice.role == EXCLUDE]
        number = self._services.formats.number
        people, may_write = self._people
        words = join_words(included) + (f", without {join_words(excluded)}" if excluded else "")
        if people is None or may_write is None:
            return words
        return f"{words}: {count_of(number(people), 'person', 'people')}, {number(may_write)} may be written to"

    def show_again(self) -> None:
        """Whether it can be changed may be another."""
        if "view" in self.__dict__:
            self.view.show_audiences(self._audiences, frozen=self._frozen())

    # ---------------------------------------------------------------------------------------- PeopleStepView

    def show_audiences(self, choices: Sequence[AudienceChoice]) -> None:
        self._audiences = choices
        self.show_again()
        self.changed.emit()

    def show_people(self, people: int | None, may_write: int | None) -> None:
        self._people = people, may_write
        if "view" in self.__dict__:
            self.view.show_count(people, may_write)
        self.changed.emit()

    def show_sample(self, people: Sequence[SamplePerson]) -> None:
        self._sample = people
        if "view" in self.__dict__:
            self.view.show_sample(people)

    def _choose(self, audience_id: int, role: str) -> None:
        self.presenter.choose(AudienceId(audience_id), role)
        self.chosen.emit()
