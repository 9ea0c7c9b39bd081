"""Mistakes on the command line: what is not understood, and the nearest thing that would be.

Typer keeps its parser and its errors in a private package; this is the only place that reaches into it.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

import typer
from typer._click.core import Command as AnyCommand
from typer._click.core import Context
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer.core import TyperCommand, TyperGroup, TyperOption

from core.errors import CommandNotUnderstood

ANYWHERE: Final = ("--workspace", "--json")
"""They mean the same for every command, and so they may stand in front of it."""

SAME: Final = (
    frozenset({"new", "create", "add", "save", "make", "import"}),
    frozenset({"remove", "delete", "archive", "erase", "forget", "rm"}),
    frozenset({"list", "ls", "all", "find", "search"}),
    frozenset({"show", "view", "get", "info", "status", "report"}),
    frozenset({"stop", "cancel", "end", "off"}),
    frozenset({"start", "run", "send", "on"}),
    frozenset({"people", "contacts", "persons", "users", "recipients"}),
    frozenset({"inbox", "messages", "replies", "conversations", "chats"}),
    frozenset({"account", "accounts", "bot", "bots", "login", "sign-in"}),
    frozenset({"suppression", "blacklist", "blocklist", "unsubscribed"}),
    frozenset({"doctor", "check", "diagnose", "health"}),
    frozenset({"worker", "daemon", "service"}),
)
"""Words that people type for one another. What is near in letters only is often far in meaning."""

MOST_NAMED: Final = 8


class StrictCommand(TyperCommand):
    """A command whose options take no other option for their value."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        refuse_options_as_values(self, ctx, args)
        return super().parse_args(ctx, args)


class StrictGroup(TyperGroup):
    """The same for what stands between a group and its command; it names the nearest command."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        refuse_options_as_values(self, ctx, args)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, AnyCommand | None, list[str]]:
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise NoSuchCommand(args[0], self, ctx)
        return super().resolve_command(ctx, args)


class NoSuchCommand(UsageError):
    """A word where a command stands, and none is called so."""

    def __init__(self, word: str, group: TyperGroup, ctx: Context) -> None:
        super().__init__(f'There is no command "{word}" here.', ctx)
        self.nearest = _nearest_command(word, group, ctx)


def make_strict(app: typer.Typer) -> None:
    """Give every group and command of it the two classes above."""
    for command in app.registered_commands:
        command.cls = StrictCommand
    for group in app.registered_groups:
        group.cls = StrictGroup
        if group.typer_instance is not None:
            make_strict(group.typer_instance)


def behind_the_command(words: Sequence[str]) -> list[str]:
    """The same words, with what stands in front of the command and is for every command behind it."""
    front, rest = [], list(words)
    while rest and rest[0].partition("=")[0] in ANYWHERE:
        takes = rest[0] == ANYWHERE[0]
        if takes and (len(rest) < 2 or rest[1].startswith("--")):
            break
        front += rest[: 1 + takes]
        rest = rest[1 + takes :]
    if not rest or rest[0].startswith("-"):
        return list(words)
    end = rest.index("--") if "--" in rest else len(rest)
    return [*rest[:end], *front, *rest[end:]]


def refuse_options_as_values(command: AnyCommand, ctx: Context, args: Sequence[str]) -> None:
    """A folder called "--json" is a folder that was forgotten. Raises BadOptionUsage."""
    taking = {name for one in command.params if isinstance(one, TyperOption) and not one.is_flag for name in one.opts}
    words = iter(args)
    for word in words:
        if word == "--" or (isinstance(command, TyperGroup) and not word.startswith("-")):
            return  # what follows is no option, or an option of a command in this group
        if word not in taking:
            continue
        value = next(words, None)
        if value is None:
            raise BadOptionUsage(word, f"{word} needs a value.", ctx)
        if value.startswith("--"):
            raise BadOptionUsage(word, f"{word} needs a value, and {value} follows it.", ctx)


def is_help(error: typer.TyperException) -> bool:
    """A group without a command: its help was printed instead."""
    return isinstance(error, NoArgsIsHelpError)


def in_words(error: typer.TyperException) -> CommandNotUnderstood:
    """The three texts of a mistake; the hint ends with where all of it stands."""
    ctx = error.ctx if isinstance(error, UsageError) else None
    more = "" if ctx is None else f"`{ctx.command_path} --help` says what it takes."
    message, hint = _tell(error, ctx)
    return CommandNotUnderstood(message, hint=" ".join(part for part in (hint, more) if part))


def _tell(error: typer.TyperException, ctx: Context | None) -> tuple[str, str]:
    match error:
        case NoArgsIsHelpError():
            return "A word is missing that says what is to be done.", _commands(error.ctx)
        case NoSuchCommand():
            return error.message, error.nearest
        case NoSuchOption():
            return f"There is no option {error.option_name} here.", _nearest_option(error.option_name, ctx)
        case MissingParameter():
            return f"{_name(error)} is missing.", _about(error)
        case BadParameter():
            return f"{_name(error)}: {_plain(error.message)}", _nearest_value(error.message) or _about(error)
        case BadOptionUsage():
            follows = re.search(r", and (--\S+) follows", error.message)
            meant = f"If that is the value, write {error.option_name}={follows[1]}." if follows else ""
            return error.message, meant
    many = re.search(r"unexpected extra argument\(?s?\)? \((.+)\)", str(error))
    if many is not None:
        return f'"{many[1]}" is more than this command takes.', "A text of several words stands in quotes."
    return str(error), ""


def _name(error: BadParameter) -> str:
    param = error.param
    if param is None:
        return "A value"
    return param.opts[0] if isinstance(param, TyperOption) else str(param.name)


def _about(error: BadParameter) -> str:
    """What that value is, as --help says it, and the variable that may hold it."""
    about = str(getattr(error.param, "help", None) or "")
    variable = getattr(error.param, "envvar", None)
    if about and not about.endswith("."):
        about += "."
    return f"{about} Or set {variable}." if isinstance(variable, str) else about


def _plain(message: str) -> str:
    said = message.removeprefix("Value error, ").partition(", unable to parse")[0]
    said = said.replace("Input should be a valid integer", "it has to be a whole number")
    said = said.replace("Input should be", "it has to be")
    return said if said.endswith(".") else f"{said}."


def _nearest_value(message: str) -> str:
    """For a value that is none of a few."""
    given, between, choices = message.removeprefix("Value error, ").partition(" is not one of ")
    near = get_close_matches(given.strip("'"), re.findall(r"'([^']+)'", choices), n=1) if between else []
    return f"Did you mean {near[0]}?" if near else ""


def _nearest_option(option: str, ctx: Context | None) -> str:
    if ctx is None:
        return ""
    if option in {"-h", "-help", "-?"}:
        return ""  # the last sentence names it
    hidden = {name for one in ctx.command.params if getattr(one, "hidden", False) for name in one.opts}
    known = [
        name
        for one in ctx.command.params
        if isinstance(one, TyperOption)
        for name in (*one.opts, *one.secondary_opts)
        if name not in hidden
    ]
    is_group = isinstance(ctx.command, TyperGroup)
    near = [] if is_group and option in ANYWHERE else get_close_matches(option, known, n=2)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    if is_group:
        return f"The options of a command stand behind it. {_commands(ctx)}"
    return f"There are {', '.join(known)}."


def _nearest_command(word: str, group: TyperGroup, ctx: Context) -> str:
    path = ctx.command_path
    if word in {"help", "?"}:
        return ""
    names = _visible(group)
    same = [name for name in names if any(word in words and name in words for words in SAME)]
    near = same or get_close_matches(word, names, n=2)
    full = near or _ending_in(word, group)
    if full:
        return f"Did you mean {' or '.join(f'`{path} {name}`' for name in full[:MOST_NAMED])}?"
    return _commands(ctx)


def _ending_in(word: str, group: TyperGroup) -> list[str]:
    """Commands of the groups in this one that are called so."""
    return [
        f"{name} {word}"
        for name in _visible(group)
        if isinstance(inner := group.commands[name], TyperGroup) and word in _visible(inner)
    ]


def _commands(ctx: Context) -> str:
    names = _visible(ctx.command) if isinstance(ctx.command, TyperGroup) else []
    return f"There are {', '.join(names)}." if names else ""


def _visible(group: TyperGroup) -> list[str]:
    return [name for name, command in group.commands.items() if not command.hidden]
