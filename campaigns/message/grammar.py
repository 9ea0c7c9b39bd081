"""What a template may contain: an allow-list over jinja2's syntax tree, checked before anything is compiled.

Plain fields, filters of a short list with constant arguments, `{% if %}` with and, or, not, == and !=. Everything
else is refused, also what jinja2 may learn later, so no template can loop, call, calculate or reach into an object.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from jinja2 import nodes

from core.domain.field_names import to_field_name
from core.errors import UserInputError

MAX_DEPTH = 24  # levels of the syntax tree; keeps the compiled Python inside its own limit of 100 indentations
MAX_CUT = 4096  # truncate(n): a message is never longer

# Filters by name, with the types of their arguments. Each takes and gives plain text.
FILTERS: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {"default": (str,), "upper": (), "lower": (), "capitalize": (), "title": (), "trim": (), "truncate": (int,)}
)

_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter, nodes.If),
    *(nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand),
)
_REFUSED: tuple[tuple[type[nodes.Node], str, str, str], ...] = (
    (nodes.For, "for", "A template has no loops.", "Write the text once; the campaign sends it to everyone."),
    (
        nodes.Call,
        "(",
        "A template cannot call anything.",
        "Use a field and the filters that docs/templates.md lists.",
    ),
    (
        nodes.Getattr,
        ".",
        "A field is one word, without a point.",
        "Use the name of a column, such as {{ first_name }}.",
    ),
    (nodes.Getitem, "[", "A field is one word, without brackets.", "Use the name of a column."),
    (nodes.Test, "is", "A template has no tests.", "Ask whether a field is filled by {% if first_name %}."),
    (nodes.CondExpr, "if", "A choice is written as a block.", "Use {% if field %}…{% else %}…{% endif %}."),
    (nodes.BinExpr, "", "A template cannot calculate or join.", "Put two fields side by side: {{ a }}{{ b }}."),
    (nodes.UnaryExpr, "", "A template cannot calculate.", "Use a field as it is."),
    (nodes.Concat, "~", "A template cannot join values.", "Put two fields side by side: {{ a }}{{ b }}."),
)
_OTHERWISE = (
    "",
    "This is not part of templates.",
    "Use fields, their filters and {% if %}; docs/templates.md shows them.",
)


class TemplateMistake(UserInputError):
    """Something in a template that cannot be, with its place: line and column count from 1."""

    def __init__(self, message: str, *, line: int, column: int, hint: str, detail: str = "") -> None:
        title = f"The template has a mistake in line {line}, column {column}"
        super().__init__(message, title=title, hint=hint, detail=detail)
        self.line = line
        self.column = column


def mistake(source: str, line: int, needle: str, message: str, hint: str, detail: str = "") -> TemplateMistake:
    """The error for a place in the template. The column is that of `needle`, or of the first tag, in that line."""
    lines = source.split("\n")
    text = lines[min(line, len(lines)) - 1]
    column = text.find(needle) if needle else -1
    if column < 0 and (tag := re.search(r"\{[{%#]", text)):
        column = tag.start()
    return TemplateMistake(message, line=line, column=max(column, 0) + 1, hint=hint, detail=detail)


def check(tree: nodes.Template, source: str) -> frozenset[str]:
    """The fields that the template uses. Raises UserInputError at the first thing that is not on the allow-list.

    Names are brought to the spelling of field names in the tree itself, so `{{ First_Name }}` is `first_name`.
    """
    fields: set[str] = set()
    waiting: list[tuple[nodes.Node, int, int]] = [(tree, 1, 0)]
    while waiting:
        node, line, depth = waiting.pop()
        line = node.lineno or line  # the sides of a comparison have no line of their own
        if depth > MAX_DEPTH:
            raise mistake(source, line, "", "This is nested too deeply.", "Use fewer blocks inside blocks.")
        _check_node(node, source, line)
        if isinstance(node, nodes.Name):
            node.name = to_field_name(node.name)
            fields.add(node.name)
        children = [node.node] if isinstance(node, nodes.Filter) else node.iter_child_nodes()
        waiting.extend((child, line, depth + 1) for child in children if child is not None)
    return frozenset(fields)


def required_fields(tree: nodes.Template) -> frozenset[str]:
    """Fields that are inserted, or filtered, somewhere without a fallback and outside a condition that asks for them."""
    return frozenset(_bare(tree.body, frozenset()))


def _bare(found: Iterable[nodes.Node], known: frozenset[str]) -> set[str]:
    bare: set[str] = set()
    for node in found:
        match node:
            case nodes.Output():
                bare |= _bare(node.nodes, known)
            case nodes.Name():
                bare |= {node.name} - known
            case nodes.Filter():
                has_fallback = node.name == "default" and isinstance(node.node, nodes.Name)
                bare |= set() if has_fallback or node.node is None else _bare([node.node], known)
            case nodes.If():
                bare |= _bare_if(node, known)
            case _:
                continue
    return bare


def _bare_if(block: nodes.If, known: frozenset[str]) -> set[str]:
    bare: set[str] = set()
    for branch in (block, *block.elif_):
        # A field alone may be missing in a condition; one that is filtered there may not.
        filters = branch.test.find_all(nodes.Filter) if not isinstance(branch.test, nodes.Filter) else [branch.test]
        bare |= _bare(filters, known) | _bare(branch.body, known | _asked(branch.test))
        if isinstance(branch.test, nodes.Not):
            known |= _asked(branch.test.node)
    return bare | _bare(block.else_, known)


def _asked(test: nodes.Node) -> frozenset[str]:
    """Fields that have a value wherever the condition holds."""
    match test:
        case nodes.Name():
            return frozenset({test.name})
        case nodes.And():
            return _asked(test.left) | _asked(test.right)
        case nodes.Or():
            return _asked(test.left) & _asked(test.right)
        case nodes.Compare() if len(test.ops) == 1 and test.ops[0].op == "eq":
            return _asked(test.expr) if isinstance(test.expr, nodes.Name) else frozenset()
        case _:
            return frozenset()


def _check_node(node: nodes.Node, source: str, line: int) -> None:
    if not isinstance(node, _ALLOWED):
        needle, message, hint = next((rest for kind, *rest in _REFUSED if isinstance(node, kind)), _OTHERWISE)
        raise mistake(source, line, needle, message, hint)
    match node:
        case nodes.Name() if not to_field_name(node.name):
            raise mistake(source, line, node.name, "This is not the name of a field.", "Use the name of a column.")
        case nodes.Const() if not isinstance(node.value, str):
            hint = 'Put it in quotes: {% if plan == "3" %}.'
            raise mistake(source, line, "", "Fields hold text, so they are compared with text.", hint)
        case nodes.Operand() if node.op not in {"eq", "ne"}:
            raise mistake(source, line, "", "A field can be compared for being equal only.", "Use == or !=.")
        case nodes.Filter():
            _check_filter(node, source, line)
        case _:
            pass


def _check_filter(node: nodes.Filter, source: str, line: int) -> None:
    if node.name not in FILTERS:
        message = f"There is no filter {node.name}."
        raise mistake(source, line, node.name, message, f"There are {', '.join(sorted(FILTERS))}.")
    kinds = FILTERS[node.name]
    values = [arg.value if isinstance(arg, nodes.Const) else None for arg in node.args]
    fits = tuple(type(value) for value in values) == kinds
    if fits and kinds == (int,):
        fits = values[0] in range(1, MAX_CUT + 1)
    if not fits or node.kwargs or node.dyn_args or node.dyn_kwargs:
        usage = {(): node.name, (str,): f'{node.name}("text")', (int,): f"{node.name}(number), 1 to {MAX_CUT:,}"}
        message = f"The filter {node.name} is not used like this."
        raise mistake(source, line, node.name, message, f"Write it as {usage[kinds]}.")
