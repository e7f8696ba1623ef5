"""Prints compiled graphs as Postroad has them."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
from types import ModuleType
from typing import Any

from . import langgraph_agents
from ._shape import legal

_PLAIN = ("graph", "app")


def import_langgraph(file: str, *, only: str | None = None, name: str | None = None, url: str | None = None) -> str:
    """The graphs of a module, or of those that a langgraph.json names, as Postroad has them.

    only: the one graph that is wanted, all by default; name: what that one is called here, by default as there;
    url: where its agents are served over HTTP, over Kafka by default.
    """
    graphs = _of_configuration(file, only) if file.endswith(".json") else _of_module(file, only)
    if name is not None and len(graphs) > 1:
        raise TypeError(f"{file} has the graphs {', '.join(graphs)}; say which one is to be named {name}")
    documents = []
    for known, graph in graphs.items():
        made = langgraph_agents(graph, name=name or legal(known))
        documents.append(made.over_kafka() if url is None else made.over_http(url))
    return "---\n".join(documents)


def _of_configuration(file: str, only: str | None) -> dict[str, Any]:
    folder = os.path.dirname(os.path.abspath(file))
    with open(file, encoding="utf-8") as opened:
        read = json.load(opened)
    # As LangGraph has them: folders beside the file, and packages by their names.
    sys.path[:0] = [os.path.join(folder, path) for path in read.get("dependencies", []) if path.startswith(".")]
    named = read.get("graphs", {})
    wanted = {name: given for name, given in named.items() if only in (None, name)}
    if not wanted:
        raise TypeError(f"{file} names {'no graphs' if only is None else f'no graph {only}, but ' + ', '.join(named)}")
    graphs = {}
    for name, given in wanted.items():
        path, _, exported = (given["path"] if isinstance(given, dict) else given).rpartition(":")
        if not path.endswith(".py"):
            raise TypeError(f"the graph {name} is {path}; import those in JavaScript from a langgraph.json of their own")
        (graphs[name],) = _of_module(os.path.join(folder, path), exported).values()
    return graphs


def _of_module(file: str, only: str | None) -> dict[str, Any]:
    module = _loaded(file)
    stem = os.path.splitext(os.path.basename(file))[0]
    if only is not None:
        graph = getattr(module, only, None)
        if not _is_compiled(graph):
            kind = f"{only}, but it is {_kind(graph)}" if hasattr(module, only) else f"no {only}"
            raise TypeError(f"{file} has {kind}; give what compile() returns")
        return {stem if only in _PLAIN else only: graph}
    found: dict[int, tuple[str, Any]] = {}
    for name, value in vars(module).items():
        if _is_compiled(value):
            # The same graph may have two names.
            found.setdefault(id(value), (stem if name in _PLAIN else name, value))
    if not found:
        others = [f"; {name} is {_kind(value)}" for name, value in vars(module).items() if hasattr(value, "compile") and hasattr(value, "nodes")]
        raise TypeError(f"{file} has no compiled StateGraph{''.join(others)}; give what compile() returns")
    return dict(found.values())


def _loaded(file: str) -> ModuleType:
    folder, name = os.path.split(os.path.abspath(file))
    sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(re.sub(r"\W", "_", name[: -len(".py")]), file)
    if spec is None or spec.loader is None:
        raise TypeError(f"{file} is no module of Python; give a .py, or a langgraph.json")
    module = importlib.util.module_from_spec(spec)
    # Where types are texts, they are looked up there.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _is_compiled(value: Any) -> bool:
    return not isinstance(value, type) and hasattr(getattr(value, "builder", None), "nodes")


def _kind(value: Any) -> str:
    if hasattr(value, "compile") and hasattr(value, "nodes"):
        return "a StateGraph that is not compiled"
    return "a function" if callable(value) else "no graph"
