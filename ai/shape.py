"""Answers of a given form: the JSON schema of a type for the provider, and the check of what then came."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from core.ai_errors import AiAnswerUnfit

T = TypeVar("T", bound=msgspec.Struct)
_REF = "$ref"


@lru_cache(maxsize=64)
def json_schema(shape: type[msgspec.Struct]) -> Mapping[str, Any]:
    """The JSON schema of the type, whole in itself: not every server follows references. Do not change it.

    Raises ValueError for a type that holds itself, which has no such schema.
    """
    schema = msgspec.json.schema(shape)
    definitions = schema.pop("$defs", {})
    inlined: dict[str, Any] = _inline(schema, definitions, ())
    return inlined


def read_shaped(text: str, shape: type[T]) -> T:
    """The answer as a value of the type. Raises AiAnswerUnfit for anything else, whatever the provider promised."""
    try:
        return msgspec.json.decode(_without_fence(text), type=shape)
    except msgspec.MsgspecError as error:
        # Where it does not fit is ours and safe to show; what stands there may be anything.
        place = str(error).rpartition(" - at ")[2] if " - at " in str(error) else "not JSON"
        raise AiAnswerUnfit(detail=place) from error


def _inline(value: Any, definitions: Mapping[str, Any], inside: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [_inline(item, definitions, inside) for item in value]
    if not isinstance(value, dict):
        return value
    if _REF in value:
        name = value[_REF].rpartition("/")[2]
        if name in inside:
            raise ValueError(f"{name} holds itself")
        return _inline(definitions[name], definitions, (*inside, name))
    return {key: _inline(item, definitions, inside) for key, item in value.items()}


def _without_fence(text: str) -> str:
    """Small models put JSON into a block of code although they were told not to."""
    stripped = text.strip()
    if stripped.startswith("```") and stripped.endswith("```") and "\n" in stripped:
        return stripped.partition("\n")[2].removesuffix("```")
    return stripped
