import json
import operator
import os
import sys
import unittest
from dataclasses import dataclass, field
from typing import Annotated, Any, Optional, TypedDict

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]

from graphs import desk, jokes, letter, report  # noqa: E402
from langchain_core.messages import AIMessage  # noqa: E402
from langgraph.graph import START, MessagesState, StateGraph  # noqa: E402
from langgraph.store.memory import InMemoryStore  # noqa: E402
from langgraph.types import Command, Overwrite, RetryPolicy, Send, interrupt  # noqa: E402
from pydantic import BaseModel  # noqa: E402

from postroad_agents import Call  # noqa: E402
from postroad_agents_langgraph import langgraph_agents  # noqa: E402
from postroad_agents_langgraph._importing import import_langgraph  # noqa: E402
from postroad_agents_langgraph._reducers import ADD, reducer_of  # noqa: E402

TASK = {"runId": "r", "graph": "g", "node": "n", "task": "n@1", "attempt": 1, "deadline": "2100-01-01T00:00:00Z"}


def answer(graph, node, input, answers=()):
    chunks = []
    call = Call._read({**TASK, "input": input, "answers": list(answers)}, "", chunks.append)
    body = call._perform(langgraph_agents(graph, name="g").agents[f"g.{node}"])
    return {**json.loads(json.dumps(body)), **({"chunks": chunks} if chunks else {})}


class State(TypedDict, total=False):
    a: Any


def alone(work, state=State, **node):
    return StateGraph(state).add_node("n", work, **node).add_edge(START, "n").compile()


class LangGraphTest(unittest.TestCase):
    def test_a_node_writes_and_its_conditions_see_what_it_wrote(self):
        self.assertEqual(
            answer(jokes, "write", {"topic": "cats", "tries": 1}),
            {"output": {"joke": "a joke about cats, 1", "tries": 1}, "goto": ["write"]},
        )
        self.assertEqual(answer(jokes, "write", {"topic": "cats", "tries": 2})["goto"], ["polish"])

    def test_sends_become_tasks_with_inputs_of_their_own(self):
        sent = answer(report, "plan", {"topic": "bees"})["goto"][0]
        self.assertEqual(sent, {"node": "chapter", "input": {"title": "bees a"}})
        self.assertEqual(answer(report, "chapter", {"title": "x"}), {"output": {"parts": ["[x]"], "seen": ["x"]}})

    def test_questions_are_asked_one_after_the_other(self):
        state = {"text": "t"}
        self.assertEqual(answer(letter, "approve", state), {"interrupt": {"question": "Send it?", "text": "t"}})
        self.assertEqual(answer(letter, "approve", state, ["send"]), {"interrupt": "Who are you?"})
        self.assertEqual(answer(letter, "approve", state, ["send", "Ada"]), {"output": {"by": "Ada"}, "goto": ["send"]})

    def test_a_question_may_be_anything_and_say_what_answers_fit(self):
        self.assertEqual(answer(alone(lambda state: {"a": interrupt(7)}), "n", {}), {"interrupt": 7})
        schema = {"type": "integer"}
        asks = alone(lambda state: {"a": interrupt("how many?", response_schema=schema)})
        self.assertEqual(answer(asks, "n", {}), {"interrupt": {"ask": "how many?", "schema": schema}})

    def test_a_command_may_lead_to_the_graph_outside(self):
        out = alone(lambda state: Command(graph=Command.PARENT, goto=[Send("x", {"a": 1}), "y"], update={"a": 2}))
        targets = [{"node": "x", "input": {"a": 1}, "graph": "PARENT"}, {"node": "y", "graph": "PARENT"}]
        self.assertEqual(answer(out, "n", {}), {"output": {"a": 2}, "goto": targets})

    def test_a_command_of_a_graph_within_leads_here(self):
        inner = alone(lambda state: Command(graph=Command.PARENT, goto="m", update={"a": 2}))
        outer = StateGraph(State).add_node("n", inner).add_node("m", lambda state: {}).add_edge(START, "n").compile()
        self.assertEqual(answer(outer, "n", {}), {"output": {"a": 2}, "goto": ["m"]})

    def test_conditions_of_start_are_a_node(self):
        self.assertEqual(answer(desk, "start", {"kind": "sale"}), {"goto": ["sale"]})

    def test_a_graph_that_is_a_node_runs_as_a_whole(self):
        self.assertEqual(answer(desk, "loud", {"request": "now"}), {"output": {"request": "now", "notes": ["NOW"]}})

    def test_messages_are_json_with_ids_that_stay_and_what_they_cost_is_counted(self):
        usage = {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}
        talk = alone(
            lambda state: {"messages": [AIMessage(state["messages"][0].type, usage_metadata=usage), "hi"]}, MessagesState
        )
        self.assertEqual(
            answer(talk, "n", {"messages": [{"role": "user", "content": "?"}]}),
            {
                "output": {
                    "messages": [
                        {"id": "n@1#0", "role": "assistant", "content": "human"},
                        {"id": "n@1#1", "role": "user", "content": "hi"},
                    ]
                },
                "usage": {"inputTokens": 7, "outputTokens": 3},
            },
        )

    def test_what_a_node_writes_to_its_stream_is_shown(self):
        def loud(state, writer):
            writer("piece")
            return {"a": 1}

        self.assertEqual(answer(alone(loud), "n", {}), {"output": {"a": 1}, "chunks": ["piece"]})

    def test_nodes_find_their_store_and_what_they_raise_is_raised(self):
        def keeps(state, store):
            store.put(("a",), "b", {"c": 1})
            raise IndexError(f"{store.get(('a',), 'b').value}")

        graph = StateGraph(State).add_node("n", keeps).add_edge(START, "n").compile(store=InMemoryStore())
        with self.assertRaisesRegex(IndexError, "{'c': 1}"):
            answer(graph, "n", {})
        self.assertEqual(langgraph_agents(graph, name="g").remarks, ["its store is the process's own, as before; Postroad keeps nothing of it"])

    def test_states_may_be_classes(self):
        @dataclass
        class Data:
            a: int = 3
            b: set[str] = field(default_factory=set)

        class Model(BaseModel):
            a: int = 3
            b: set[str] = set()

        for kind in (Data, Model):
            graph = alone(lambda state: {"a": state.a + 1, "b": state.b | {"y"}}, kind)
            written = answer(graph, "n", {"a": None, "b": ["x"]})["output"]
            self.assertEqual((written["a"], sorted(written["b"])), (4, ["x", "y"]))
            self.assertEqual(answer(alone(lambda state, made=kind: made(a=5), kind), "n", {})["output"]["a"], 5)

    def test_a_write_may_go_past_its_reducer_or_come_twice(self):
        class Log(TypedDict):
            log: Annotated[list, operator.add]

        self.assertEqual(answer(alone(lambda state: {"log": Overwrite([])}, Log), "n", {}), {"output": {"log": {"$overwrite": []}}})
        twice = alone(lambda state: [Command(update={"log": [1]}), {"log": [2]}], Log)
        self.assertEqual(answer(twice, "n", {"log": []}), {"output": [{"log": [1]}, {"log": [2]}]})

    def test_what_is_no_json_is_the_fault_of_the_node(self):
        with self.assertRaisesRegex(TypeError, "object cannot be written to the state, which is JSON"):
            answer(alone(lambda state: {"a": object()}), "n", {})
        with self.assertRaisesRegex(TypeError, "a node returned 7; return a dict of channels"):
            answer(alone(lambda state: 7), "n", {})

    def test_reducers_are_known_by_what_they_make_of_examples(self):
        kinds = [
            (list, operator.add, "append"),
            (list, lambda a, b: [*a, *(x for x in b if x not in a)], "union"),
            (set, operator.or_, "union"),
            (int, operator.add, "sum"),
            (Optional[float], lambda a, b: max(a, b), "max"),
            (str, lambda a, b: min(a, b), "min"),
            (dict, operator.or_, "merge"),
            (dict, lambda a, b: {k: {**a.get(k, {}), **b.get(k, {})} for k in {**a, **b}}, None),
            (str, operator.add, ADD),
            (Any, operator.add, ADD),
            (Any, lambda a, b: b, "last"),
            (str, lambda a, b: b if b else a, None),
            (str, lambda a, b: f"{a}{b}!", None),
        ]
        for typ, reducer, name in kinds:
            graph = StateGraph(TypedDict("S", {"c": Annotated[typ, reducer]}))
            self.assertEqual(reducer_of(graph.channels["c"]), name)

    def test_what_is_not_carried_over_is_named(self):
        made = langgraph_agents(desk, name="desk")
        self.assertEqual(len(made.remarks), 3)
        self.assertRegex(made.remarks[0], "the reducer of odd")
        self.assertRegex(
            made.over_kafka(["heartbeat: PT30S"]),
            r"(?s)^# the reducer of odd.*agent: desk.close\nkind: kafka\nheartbeat: PT30S\n---\ngraph: desk\n",
        )

    def test_nodes_that_do_not_say_where_they_lead_may_lead_anywhere(self):
        graph = (
            StateGraph(State)
            .add_node("first", lambda state: Command(goto="m"), retry_policy=RetryPolicy(retry_on=KeyError))
            .add_node("m", lambda state: {})
            .add_edge(START, "first")
            .compile(interrupt_before=["m"], interrupt_after="*")
        )
        made = langgraph_agents(graph, name="g")
        self.assertRegex(made.remarks[0], "first returns Commands and does not say where they lead")
        self.assertRegex(made.remarks[1], "retry_on")
        yaml = made.over_http("http://h:1")
        self.assertIn("  first: { agent: g.first, goto: [first, m, END], retry: { maxAttempts: 3, backoff: PT0.5S", yaml)
        self.assertTrue(yaml.endswith("  - { from: m, to: END }\ninterruptBefore: [m]\ninterruptAfter: all\n"), yaml)

    def test_a_modules_graphs_are_imported_each_once_and_by_its_name(self):
        file = os.path.join(HERE, "graphs.py")
        found = [line for line in import_langgraph(file).splitlines() if line.startswith("graph: ")]
        self.assertEqual(found, [f"graph: {name}" for name in ("jokes", "report", "letter", "weather", "shouting", "desk")])
        self.assertTrue(
            import_langgraph(file, only="jokes", name="j", url="http://h:1").startswith(
                "agent: j.write\nkind: http\nurl: http://h:1/j.write\n"
            )
        )
        with self.assertRaisesRegex(TypeError, r"has good_enough, but it is a function; give what compile\(\) returns"):
            import_langgraph(file, only="good_enough")
        with self.assertRaisesRegex(TypeError, "has the graphs jokes, .*; say which one is to be named j"):
            import_langgraph(file, name="j")


if __name__ == "__main__":
    unittest.main()
