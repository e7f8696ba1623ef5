"""Finds the reducer of Postroad that does what one of LangGraph does, by what it makes of examples."""

from __future__ import annotations

import collections.abc
import copy
import types
from typing import Any, Callable, Union, get_args, get_origin

from langchain_core.messages import BaseMessage
from langgraph.channels import BinaryOperatorAggregate, LastValue, Topic

from ._values import bare, plain

#: CEL that does what + does in Python, of numbers, texts and lists.
ADD = "old == null ? new : old + new"

#: (reducer, (old, new, what becomes of them)), by the kind of value.
_EXAMPLES: dict[str, list[tuple[str, list[tuple[Any, Any, Any]]]]] = {
    "list": [
        ("append", [([1, 2], [3], [1, 2, 3]), ([], [2, 1], [2, 1]), ([1], [1], [1, 1])]),
        ("union", [([1, 2], [3], [1, 2, 3]), ([1], [1], [1])]),
        ("last", [([1], [2], [2]), ([1], [], [])]),
    ],
    "set": [
        ("union", [({1, 2}, {3}, {1, 2, 3}), ({1}, {1}, {1})]),
        ("last", [({1}, {2}, {2})]),
    ],
    "number": [
        ("sum", [(2, 3, 5), (-1, 4, 3), (0, 7, 7)]),
        ("max", [(2, 3, 3), (3, 2, 3), (-1, 4, 4)]),
        ("min", [(2, 3, 2), (3, 2, 2), (-1, 4, -1)]),
        ("last", [(1, 2, 2), (2, 1, 1), (2, 0, 0)]),
    ],
    "dict": [
        ("merge", [({"a": 1}, {"b": 2}, {"a": 1, "b": 2}), ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"c": 2}})]),
        ("last", [({"a": 1}, {"b": 2}, {"b": 2})]),
    ],
    "str": [
        (ADD, [("a", "b", "ab"), ("", "c", "c")]),
        ("max", [("a", "b", "b"), ("b", "a", "b")]),
        ("min", [("a", "b", "a"), ("b", "a", "a")]),
        ("last", [("a", "b", "b"), ("b", "a", "a"), ("a", "", "")]),
    ],
}
_KINDS = {
    "list": (list, collections.abc.Sequence, collections.abc.MutableSequence, tuple),
    "set": (set, frozenset, collections.abc.Set, collections.abc.MutableSet),
    "number": (int, float),
    "dict": (dict, collections.abc.Mapping, collections.abc.MutableMapping),
    "str": (str,),
}


def reducer_of(channel: Any) -> str | None:
    """Its name, or CEL; None where there is none."""
    if isinstance(channel, LastValue):
        return "last"
    if isinstance(channel, Topic):
        return "append" if channel.accumulate else None
    if not isinstance(channel, BinaryOperatorAggregate):
        return None
    if _is_conversation(channel.operator):
        return "messages"
    found = {_of_kind(channel.operator, kind) for kind in _kinds(bare(channel.typ))}
    if len(found) == 1:
        return found.pop()
    return ADD if found == {"append", "sum", ADD, None} else None


def _kinds(typ: Any) -> list[str]:
    """What a type allows; all, where it does not say."""
    if get_origin(typ) in (Union, types.UnionType):
        parts = [part for part in get_args(typ) if part is not type(None)]
        return sorted({kind for part in parts for kind in _kinds(bare(part))})
    whole = get_origin(typ) or typ
    return [kind for kind, some in _KINDS.items() if whole in some] or list(_KINDS)


def _of_kind(operator: Callable[[Any, Any], Any], kind: str) -> str | None:
    for name, cases in _EXAMPLES[kind]:
        if all(_makes(operator, old, new, made) for old, new, made in cases):
            return name
    return None


def _makes(operator: Callable[[Any, Any], Any], old: Any, new: Any, made: Any) -> bool:
    try:
        return bool(operator(copy.deepcopy(old), copy.deepcopy(new)) == made)
    except Exception:  # noqa: BLE001 - it may be made for something else
        return False


def _is_conversation(operator: Callable[[Any, Any], Any]) -> bool:
    try:
        first, second = operator([], [{"role": "user", "content": text, "id": text} for text in "ab"])
        return isinstance(first, BaseMessage) and second.id == "b"
    except Exception:  # noqa: BLE001 - it may be made for something else
        return False


def default_of(channel: Any) -> Any:
    """What it begins with as JSON; None where it begins with nothing."""
    return plain(channel.get(), "") if channel.is_available() else None


def written(channel: Any, before: Any, write: Any) -> Any:
    """What a channel holds after a write."""
    after = channel.copy() if before is None else channel.from_checkpoint(before)
    after.update([write])
    return after.get()
