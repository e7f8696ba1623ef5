"""Names, as LangGraph and as Postroad have them."""

from __future__ import annotations

import re
from typing import Any

START = "__start__"
END = "__end__"


def legal(name: str) -> str:
    """A name as Postroad takes it."""
    plain = re.sub(r"^[^A-Za-z0-9]+", "", re.sub(r"[^A-Za-z0-9._-]+", "-", name))[:64]
    if not plain:
        raise TypeError(f"there is no name for {name}; use letters and digits")
    return plain


def node_name(name: str) -> str:
    """A node, START or END."""
    return {START: "START", END: "END"}.get(name) or legal(name)


def listed(value: Any) -> list[Any]:
    """What stands alone where a list may be."""
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]
