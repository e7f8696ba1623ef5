"""The agents of a graph, which run its nodes."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import json
from typing import Any, Callable, TypedDict

from langchain_core.messages import AIMessageChunk, BaseMessage, convert_to_messages
from langchain_core.runnables.config import merge_configs
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import ParentCommand
from langgraph.graph import StateGraph
from langgraph.types import Command, Send
from pydantic import BaseModel

from postroad_agents import Answer, Call, goto, interrupt, output

from ._reducers import reducer_of, written
from ._shape import END, START, listed, node_name
from ._values import as_typed, messages_to_json, overwriting, plain

_PAD = "__pregel_scratchpad"

#: Of one superstep: a write of each channel, in their order.
Updates = list[tuple[str, Any]]


class _Ran(TypedDict):
    postroad_ran: bool


def agents_of(graph: Any) -> dict[str, Callable[[Call], Any]]:
    """An agent for each node of a graph, by the node's own name; START's where it has conditions."""
    works = _Works(graph)
    agents: dict[str, Callable[[Call], Any]] = {
        name: works.performing(name, spec) for name, spec in graph.builder.nodes.items() if not spec.is_error_handler
    }
    if graph.builder.branches.get(START):
        agents[START] = works.begin
    return agents


class _Works:
    """Runs nodes of one graph. Thread-safe, as far as they are."""

    def __init__(self, graph: Any):
        self._graph = graph
        self._builder = graph.builder
        self._channels = graph.builder.channels
        self._conversations = {name for name, channel in self._channels.items() if reducer_of(channel) == "messages"}

    def begin(self, call: Call) -> Answer | None:
        def work(config: Any) -> list[Any]:
            return self._ways(START, self._state(call.input), [], call, config)

        targets, asked = self._run("start", work, call)
        return asked or goto(targets)

    def performing(self, name: str, spec: Any) -> Callable[[Call], Any]:
        return lambda call: self._perform(name, spec, call)

    def _perform(self, name: str, spec: Any, call: Call) -> Answer | None:
        def work(config: Any) -> tuple[Updates, list[Any]]:
            state = self._state(call.input)
            updates: Updates = []
            targets: list[Any] = []
            for part in _parts(_invoked(spec.runnable, _shaped(state, spec.input_schema, self._builder), config)):
                updates += self._updates(part)
                if isinstance(part, Command):
                    targets += [self._target(next, part.graph, call) for next in listed(part.goto) if next != END]
            self._count(updates, call)
            return updates, targets + self._ways(name, state, updates, call, config)

        done, asked = self._run(name, work, call)
        if asked is not None:
            return asked
        writes = self._writes(done[0], call)
        return goto(done[1], writes) if done[1] else None if writes is None else output(writes)

    def _run(self, name: str, work: Callable[[Any], Any], call: Call) -> tuple[Any, Answer | None]:
        """Runs a node alone, so that its questions, its stream and its configuration are as in any graph."""
        done: list[Any] = []

        # Without types, as LangGraph reads them.
        def node(_, config):  # type: ignore[no-untyped-def]
            # The answers so far, which no published way brings in without running the node once for each of them.
            config["configurable"][_PAD].resume[:] = call.answers
            done.append(work(config))
            return {}

        alone = StateGraph(_Ran).add_node(name, node).add_edge(START, name)
        compiled = alone.compile(checkpointer=InMemorySaver(), store=self._graph.store)
        given = {"configurable": {"thread_id": call.idempotency_key}}
        config = merge_configs(self._graph.config, given) if getattr(self._graph, "config", None) else given
        asked: list[Any] = []
        for mode, chunk in compiled.stream({"postroad_ran": True}, config, stream_mode=["updates", "messages", "custom"]):
            if mode == "updates":
                asked += chunk.get("__interrupt__", ())
            elif mode == "messages":
                _show(chunk[0], call)
            else:
                call.emit(chunk if isinstance(chunk, str) else json.dumps(plain(chunk, call.task)))
        return done[0] if done else None, _question(asked, call) if asked else None

    def _state(self, input: Any) -> Any:
        """The state, or what a Send carries, as the nodes know it."""
        if not isinstance(input, dict):
            return input
        state = {}
        for name, value in input.items():
            if name not in self._channels:
                state[name] = value
            elif name in self._conversations:
                state[name] = convert_to_messages(listed(value))
            elif value is not None:
                # A channel that was never written is not there.
                state[name] = as_typed(value, self._channels[name].ValueType)
        return state

    def _updates(self, part: Any) -> Updates:
        """Writes, in their order."""
        if part is None:
            pairs: Any = []
        elif isinstance(part, Command):
            pairs = part._update_as_tuples()
        elif isinstance(part, dict):
            pairs = part.items()
        elif isinstance(part, BaseModel):
            pairs = [(name, getattr(part, name)) for name in type(part).model_fields if name in part.model_fields_set]
        elif dataclasses.is_dataclass(part):
            pairs = [(field.name, getattr(part, field.name)) for field in dataclasses.fields(part)]
        else:
            raise TypeError(f"a node returned {part!r}; return a dict of channels")
        return [(channel, value) for channel, value in pairs if channel in self._channels]

    def _writes(self, updates: Updates, call: Call) -> Any:
        """One dict, or a list of them where a channel is written more than once."""
        writes: list[dict[str, Any]] = []
        for i, (channel, value) in enumerate(updates):
            if not writes or channel in writes[-1]:
                writes.append({})
            # Each has a place of its own, by which its messages get ids.
            task = call.task if len(writes) == 1 else f"{call.task}#{i}"
            is_overwriting, value = overwriting(value)
            json = messages_to_json(value, task) if channel in self._conversations else plain(value, task)
            writes[-1][channel] = {"$overwrite": json} if is_overwriting else json
        return writes[0] if len(writes) == 1 else writes or None

    def _target(self, next: Any, graph: str | None, call: Call) -> Any:
        there: dict[str, Any] = {"node": node_name(next.node if isinstance(next, Send) else next)}
        if isinstance(next, Send):
            there["input"] = plain(next.arg, call.task)
        if graph == Command.PARENT:
            there["graph"] = "PARENT"
        return there if len(there) > 1 else there["node"]

    def _ways(self, name: str, state: Any, updates: Updates, call: Call, config: Any) -> list[Any]:
        """Where the conditions behind a node lead, over the state after its own writes."""
        branches = list(self._builder.branches.get(name, {}).values())
        if not branches:
            return []
        after = {**self._defaults(), **state} if isinstance(state, dict) else self._defaults()
        for channel, value in updates:
            after[channel] = written(self._channels[channel], after.get(channel), value)
        own = self._builder.nodes[name].input_schema if name in self._builder.nodes else self._builder.state_schema
        targets = []
        for branch in branches:
            seen = _shaped(after, branch.input_schema or own, self._builder)
            found = _invoked(branch.path, seen, config)
            for next in found if isinstance(found, (list, tuple)) else [found]:
                there = next if isinstance(next, Send) or not branch.ends else branch.ends[next]
                if there is None or there == START:
                    raise ValueError(f"a condition behind {name} led to {there}; return a node or END")
                if there != END:
                    targets.append(self._target(there, None, call))
        return targets

    def _defaults(self) -> dict[str, Any]:
        return {name: channel.copy().get() for name, channel in self._channels.items() if channel.is_available()}

    def _count(self, updates: Updates, call: Call) -> None:
        for _, value in updates:
            for message in listed(value):
                used = getattr(message, "usage_metadata", None) if isinstance(message, BaseMessage) else None
                if used:
                    call.use(input_tokens=used.get("input_tokens", 0), output_tokens=used.get("output_tokens", 0))


def _invoked(runnable: Any, given: Any, config: Any) -> Any:
    """What a function of the graph made of a state; it may be one that waits."""
    try:
        if getattr(runnable, "func", None) is None and getattr(runnable, "afunc", None) is not None:
            return asyncio.run(runnable.ainvoke(given, config))
        return runnable.invoke(given, config)
    except ParentCommand as led:
        # Of a graph within, to this one.
        return dataclasses.replace(led.args[0], graph=None)


def _parts(raw: Any) -> list[Any]:
    """The Commands and dicts of what a node returned."""
    return list(raw) if isinstance(raw, (list, tuple)) and any(isinstance(part, Command) for part in raw) else [raw]


def _shaped(state: Any, schema: Any, builder: Any) -> Any:
    """A state as a node or condition takes it: what it reads of it, and of its class."""
    known = builder.schemas.get(schema, {})
    if not isinstance(state, dict) or not set(state) <= set(builder.channels):
        return state
    read = {name: value for name, value in state.items() if name in known}
    is_class = inspect.isclass(schema) and (issubclass(schema, BaseModel) or dataclasses.is_dataclass(schema))
    return schema(**read) if is_class else read


def _question(asked: list[Any], call: Call) -> Answer:
    questions = [plain(question.value, call.task) for question in asked]
    # A question is any JSON but null.
    only = {} if questions == [None] else questions[0] if len(questions) == 1 else questions
    schema = getattr(asked[0], "response_schema", None) if len(asked) == 1 else None
    return interrupt(only, schema=schema) if isinstance(schema, dict) else interrupt(only)


def _show(message: Any, call: Call) -> None:
    if isinstance(message, AIMessageChunk) and isinstance(message.content, str) and message.content:
        call.emit(message.content)
