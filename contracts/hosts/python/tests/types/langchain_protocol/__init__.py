"""In the place of langchain-protocol, where it cannot be had: of its types nothing but their names is read by what is tested."""

from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return Any
