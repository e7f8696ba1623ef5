"""Serves the nodes of a compiled StateGraph of LangGraph as agents of Postroad. Needs langgraph 1, and with it Python 3.10."""

from __future__ import annotations

import sys
from typing import Any, Callable, Mapping, Sequence

from postroad_agents import Call, HttpHost, serve_http, serve_kafka

from ._agents import agents_of
from ._definition import agent_name, definition_of

__all__ = ["LangGraphAgents", "langgraph_agents", "serve_langgraph"]


class LangGraphAgents:
    """The agents of a compiled graph, and its definition. Immutable."""

    def __init__(self, graph: Any, name: str):
        if not hasattr(getattr(graph, "builder", None), "nodes"):
            raise TypeError(f"{type(graph).__name__} is no compiled StateGraph; give what compile() returns")
        self._graph = graph
        self._name = name
        #: One for each node, named <graph>.<node>.
        self.agents: Mapping[str, Callable[[Call], Any]] = {
            agent_name(name, node): work for node, work in agents_of(graph).items()
        }

    @property
    def remarks(self) -> list[str]:
        """What is not carried over, or otherwise."""
        return self._define(lambda agent: [])[0]

    def over_http(self, url: str) -> str:
        """The graph and its agents as YAML; url is how workers reach the host."""
        return self._define(lambda agent: ["kind: http", f"url: {url}/{agent}"])[1]

    def over_kafka(self, lines: Sequence[str] = ()) -> str:
        """The same for agents of kind kafka; lines, such as "heartbeat: PT30S", are of each."""
        return self._define(lambda agent: ["kind: kafka", *lines])[1]

    def _define(self, reach: Callable[[str], list[str]]) -> tuple[list[str], str]:
        return definition_of(self._graph, self._name, reach)


def langgraph_agents(graph: Any, *, name: str) -> LangGraphAgents:
    """The agents of what compile() returned, to be served with others."""
    return LangGraphAgents(graph, name)


def serve_langgraph(
    graph: Any,
    *,
    name: str,
    url: str | None = None,
    write: Callable[[str], Any] | None = None,
    **host: Any,
) -> "HttpHost | Any":
    """Serves the nodes of a compiled graph as agents, and writes the graph as Postroad has it, to be applied.

    name: the graph's; url: how workers reach this host, where that is not its host and port;
    write: takes the YAML, sys.stdout.write by default;
    host: what serve_kafka() takes where there are brokers among it, or else what serve_http() takes.
    """
    made = langgraph_agents(graph, name=name)
    write = write or sys.stdout.write
    if "brokers" in host:
        # Before it is served, as workers make the topics of agents that are published.
        write(made.over_kafka())
        return serve_kafka(made.agents, **host)
    served = serve_http(made.agents, **host)
    write(made.over_http(url or f"http://{host.get('host', '127.0.0.1')}:{served.port}"))
    return served
