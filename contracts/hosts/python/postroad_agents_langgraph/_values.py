"""Values on their way to JSON and back."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated, Any, get_args, get_origin

from langchain_core.messages import BaseMessage, BaseMessageChunk, convert_to_messages, message_chunk_to_message
from langgraph.types import Overwrite
from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError, to_jsonable_python
from typing_extensions import NotRequired, Required

from ._shape import listed

_ROLES = {"human": "user", "ai": "assistant"}
_OVERWRITE = "__overwrite__"


def plain(value: Any, task: str, path: str = "") -> Any:
    """A value as JSON; messages within it get ids that are the same in every attempt."""
    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, BaseMessage):
        return message_to_json(value, f"{task}#{path}")
    if isinstance(value, dict):
        return {str(key): plain(item, task, f"{path}{key}.") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, task, f"{path}{i}.") for i, item in enumerate(value)]
    if isinstance(value, (set, frozenset)):
        return _sorted([plain(item, task, path) for item in value])
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return plain(fields, task, path)
    try:
        return to_jsonable_python(value)
    except PydanticSerializationError as unfit:
        raise TypeError(f"{type(value).__name__} cannot be written to the state, which is JSON: {unfit}") from unfit


def messages_to_json(write: Any, task: str) -> list[Any]:
    """A write of a conversation."""
    return [message_to_json(message, f"{task}#{i}") for i, message in enumerate(convert_to_messages(listed(write)))]


def message_to_json(message: BaseMessage, id: str) -> dict[str, Any]:
    if message.type == "remove":
        return {"type": "remove", "id": message.id}
    if isinstance(message, BaseMessageChunk):
        message = message_chunk_to_message(message)
    role = getattr(message, "role", None) or _ROLES.get(message.type, message.type)
    json = {"id": message.id or id, "role": role, "content": message.content}
    for name in ("name", "tool_calls", "tool_call_id", "status"):
        if given := getattr(message, name, None):
            json[name] = given
    return json


def overwriting(write: Any) -> tuple[bool, Any]:
    """Whether a write puts a value in the place of the channel's past its reducer, and that value."""
    if isinstance(write, Overwrite):
        return True, write.value
    if isinstance(write, dict) and set(write) == {_OVERWRITE}:
        return True, write[_OVERWRITE]
    return False, write


def as_typed(value: Any, typ: Any) -> Any:
    """A value of the state as the nodes wrote it: a set, a date, a dataclass. As JSON has it, where that says another thing."""
    if value is None or isinstance(value, (str, int, float)) and typ in (str, int, float, bool, Any):
        return value
    try:
        # Strictly, so that a text stays a text.
        typed = TypeAdapter(bare(typ)).validate_json(json.dumps(value), strict=True)
        return typed if _same(to_jsonable_python(typed), value) else value
    except Exception:  # noqa: BLE001 - a type may be anything, and LangGraph does not check it
        return value


def _same(one: Any, other: Any) -> bool:
    # Sets have no order.
    return one == other or isinstance(one, list) and isinstance(other, list) and _sorted(one) == _sorted(other)


def _sorted(items: list[Any]) -> list[Any]:
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def bare(typ: Any) -> Any:
    """A type without what LangGraph reads from its annotation."""
    while get_origin(typ) in (Annotated, Required, NotRequired):
        typ = get_args(typ)[0]
    return typ
