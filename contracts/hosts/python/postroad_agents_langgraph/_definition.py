"""A graph as Postroad has it."""

from __future__ import annotations

import json
import re
from typing import Any, Callable, Iterator, Sequence

from langgraph.pregel import Pregel
from langgraph.types import Command, RetryPolicy

from ._reducers import default_of, reducer_of
from ._shape import END, START, legal, listed, node_name

_CHANNEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_RESERVED = re.compile(r"true|false|null|yes|no|on|off|y|n", re.IGNORECASE)
_STARTED_EMPTY = ("append", "union", "messages")

Note = Callable[[str], None]


def definition_of(graph: Any, name: str, reach: Callable[[str], list[str]]) -> tuple[list[str], str]:
    """What is not carried over, and the YAML; reach says how the agent of a name is reached, as lines of its definition."""
    remarks: list[str] = []
    shape = _Shape(graph, name, remarks.append)
    graphs = shape.definition()
    lines = [f"# {remark}." for remark in remarks]
    for agent in shape.agents():
        lines += [f"agent: {_text(agent)}", *reach(agent), "---"]
    lines.append(f"graph: {_text(name)}")
    lines += _section("state", graphs.pop("state")) + _section("nodes", graphs.pop("nodes")) + ["edges:"]
    lines += [f"  - {_flow(edge)}" for edge in graphs.pop("edges")]
    lines += [f"{field}: {_flow(value)}" for field, value in graphs.items()]
    return remarks, "\n".join(lines) + "\n"


def agent_name(graph: str, node: str) -> str:
    return legal(f"{graph}.{'start' if node == START else node}")


class _Shape:
    """Reads a compiled graph. Confined to one thread."""

    def __init__(self, graph: Any, name: str, note: Note):
        self._graph = graph
        self._builder = graph.builder
        self._name = name
        self._note = note
        self._nodes = {node: spec for node, spec in graph.builder.nodes.items() if not spec.is_error_handler}
        self._begins_with_conditions = bool(graph.builder.branches.get(START))

    def agents(self) -> list[str]:
        first = [START] if self._begins_with_conditions else []
        return [agent_name(self._name, node) for node in [*first, *self._nodes]]

    def definition(self) -> dict[str, Any]:
        made = {"state": self._state(), "nodes": self._all_nodes(), "edges": list(self._edges()), **self._pauses()}
        if self._begins_with_conditions:
            self._note("START has conditions: a node start decides them, in a superstep of its own")
        return made

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = {}
        for name, channel in self._builder.channels.items():
            if name == "__root__":
                raise TypeError("the state of the graph has no fields; give StateGraph a class that has some")
            if not _CHANNEL.fullmatch(name):
                raise TypeError(f"channel {name} has no name that Postroad takes; use letters, digits and _")
            reducer = reducer_of(channel)
            if reducer is None:
                kind = type(channel).__name__
                self._note(
                    f"the reducer of {name} ({kind}) is none that Postroad knows: it is last; give one, or CEL over old and new"
                )
            made: dict[str, Any] = {"reducer": reducer or "last"}
            default = default_of(channel)
            if default is not None and not (default == [] and reducer in _STARTED_EMPTY):
                made["default"] = default
            state[name] = made
        for name in self._builder.managed:
            self._note(f"{name}, which LangGraph manages, is not carried over: nodes do not find it in their state")
        return state

    def _all_nodes(self) -> dict[str, Any]:
        nodes: dict[str, Any] = {}
        if self._begins_with_conditions:
            nodes["start"] = {"agent": agent_name(self._name, START), "goto": self._ways(START)}
        for node, spec in self._nodes.items():
            if legal(node) in nodes:
                raise TypeError(f"two nodes are named {legal(node)}; rename one")
            nodes[legal(node)] = self._node(node, spec)
        return nodes

    def _node(self, node: str, spec: Any) -> dict[str, Any]:
        made: dict[str, Any] = {"agent": agent_name(self._name, node)}
        if ways := self._ways(node):
            made["goto"] = ways
        if self._leads_anywhere(node):
            self._note(f"{node} returns Commands and does not say where they lead: anywhere; give it destinations")
        if spec.defer:
            made["defer"] = True
        if spec.retry_policy is not None:
            made["retry"] = self._retry(node, spec.retry_policy)
        for given, what in (
            (spec.cache_policy, "cache policy"),
            (spec.error_handler_node, "error handler"),
            (spec.timeout, "time-out"),
        ):
            if given is not None:
                self._note(f"the {what} of {node} is not carried over; see cache, onError and timeout of nodes")
        if isinstance(spec.runnable, Pregel):
            self._note(
                f"the graph in {node} runs as a whole, as one call of its agent; "
                "questions asked inside it are not carried over: make it a graph of its own"
            )
        return made

    def _ways(self, node: str) -> list[str]:
        """Where Commands and conditions of a node may lead: anywhere, where they do not say."""
        anywhere = [*self._nodes, END]
        said: list[str] = []
        if node in self._nodes:
            # Of a dict, the values are labels for pictures.
            said += anywhere if self._leads_anywhere(node) else self._nodes[node].ends or ()
        for branch in self._builder.branches.get(node, {}).values():
            said += anywhere if branch.ends is None else branch.ends.values()
        return list(dict.fromkeys(node_name(way) for way in said))

    def _leads_anywhere(self, node: str) -> bool:
        spec = self._nodes[node]
        return not spec.ends and _commands(getattr(spec.runnable, "func", None) or getattr(spec.runnable, "afunc", None))

    def _retry(self, node: str, policies: Any) -> dict[str, Any]:
        several = [policies] if isinstance(policies, RetryPolicy) else list(policies)
        policy = several[0]
        if len(several) > 1:
            self._note(f"of the retry policies of {node} the first is carried over; its on and those of others are not")
        elif policy.retry_on is not RetryPolicy().retry_on:
            self._note(
                f"what {node} is tried again on (retry_on) is not carried over; "
                "raise AgentError with retryable=False, or give the node's retry an on"
            )
        return {
            "maxAttempts": policy.max_attempts,
            "backoff": _seconds(policy.initial_interval),
            "multiplier": policy.backoff_factor,
            "maxBackoff": _seconds(policy.max_interval),
        }

    def _edges(self) -> Iterator[dict[str, Any]]:
        if self._begins_with_conditions:
            yield {"from": "START", "to": "start"}
        # LangGraph keeps them as sets.
        order = {node: i for i, node in enumerate([START, *self._builder.nodes, END])}
        after: dict[str, list[str]] = {}
        for start, end in sorted(self._builder.edges, key=lambda edge: (order[edge[0]], order[edge[1]])):
            after.setdefault(start, []).append(node_name(end))
        for start, ends in after.items():
            yield {"from": node_name(start), "to": ends[0] if len(ends) == 1 else ends}
        joins = sorted(self._builder.waiting_edges, key=lambda join: (order[join[1]], [order[start] for start in join[0]]))
        for starts, end in joins:
            yield {"from": [node_name(start) for start in starts], "to": node_name(end)}
        joined = {start for starts, _ in joins for start in starts}
        for node in self._nodes:
            # What leads nowhere ends there.
            if node not in after and node not in joined and not self._ways(node):
                yield {"from": node_name(node), "to": "END"}

    def _pauses(self) -> dict[str, Any]:
        pauses: dict[str, Any] = {}
        for field, given in (
            ("interruptBefore", self._graph.interrupt_before_nodes),
            ("interruptAfter", self._graph.interrupt_after_nodes),
        ):
            if given == "*":
                pauses[field] = "all"
            elif listed(given):
                pauses[field] = [node_name(node) for node in given]
        if self._graph.store is not None:
            self._note("its store is the process's own, as before; Postroad keeps nothing of it")
        if self._builder.context_schema is not None:
            self._note("its context is not carried over: nodes find none")
        return pauses


def _commands(function: Any) -> bool:
    """Whether a function makes Commands, as far as it can be seen."""
    code = getattr(function, "__code__", None)
    known = getattr(function, "__globals__", {})
    return code is not None and any(known.get(name) is Command for name in code.co_names)


def _seconds(seconds: float) -> str:
    return f"PT{max(round(seconds, 3), 0.001)}S"


def _section(title: str, entries: dict[str, Any]) -> list[str]:
    lines = [f"  {_text(name)}: {_flow(value)}" for name, value in entries.items()]
    return [f"{title}:", *lines] if lines else [f"{title}: {{}}"]


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        fields = [f"{_text(key)}: {_flow(inner)}" for key, inner in value.items()]
        return f"{{ {', '.join(fields)} }}" if fields else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_flow(item) for item in value)}]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(word: str) -> str:
    """Words that YAML may take for something else are quoted."""
    return word if _WORD.fullmatch(word) and not _RESERVED.fullmatch(word) else json.dumps(word)
