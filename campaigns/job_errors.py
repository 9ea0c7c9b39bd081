"""Why a job process ended, as its row keeps it, and what it raised made anew from that."""

from dataclasses import dataclass
from typing import Protocol

from core.errors import AppError, Cancelled


class Problem(Protocol):
    """Why a job ended, as its row keeps it."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def hint(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProblem:
    """Why a job failed, as it is shown."""

    code: str
    title: str
    message: str
    hint: str


def problem_of(error: AppError) -> JobProblem:
    """What its row keeps."""
    return JobProblem(code=error.code, title=error.title, message=error.message, hint=error.hint)


def error_of(problem: Problem | None, *, is_cancelled: bool) -> AppError:
    """As it was raised in the job."""
    if is_cancelled or problem is None:
        return Cancelled()
    kind = _kinds(AppError).get(problem.code, AppError)
    # Made by AppError alone: some kinds are made of a wait or a moment, which their words have already.
    error = kind.__new__(kind)
    AppError.__init__(error, problem.message, title=problem.title, hint=problem.hint)
    return error


def _kinds(kind: type[AppError]) -> dict[str, type[AppError]]:
    found = {kind.code: kind}
    for below in kind.__subclasses__():
        found = _kinds(below) | found
    return found
