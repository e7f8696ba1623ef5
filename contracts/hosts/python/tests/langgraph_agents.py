"""Graphs for the tests of the worker: langgraph_agents.py DIR [BROKERS PREFIX].

Writes their definitions, and says how LangGraph ends them; where there are brokers, one is served over Kafka.
"""

import asyncio
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]

import graphs  # noqa: E402
from langgraph.checkpoint.memory import InMemorySaver  # noqa: E402
from langgraph.types import Command  # noqa: E402

from postroad_agents_langgraph import serve_langgraph  # noqa: E402
from postroad_agents_langgraph._values import plain  # noqa: E402

RUNS = {
    "jokes": [{"topic": "cats"}],
    "report": [{"topic": "bees"}],
    "letter": [{"text": "Dear Ann"}, "Dear Bob", "send", "Ada"],
    "weather": [{"messages": [{"role": "user", "content": "What is it like in Bern?"}]}],
    "desk": [{"kind": "refund", "request": "money back"}],
}

directory, *kafka = sys.argv[1:]
for name, (given, *answers) in RUNS.items():
    graph = getattr(graphs, name)
    over = {}
    if kafka and name == "letter":
        over = {"brokers": kafka[0], "prefix": kafka[1], "drain": 0, "client": {"metadata_max_age_ms": 200}}
    with open(os.path.join(directory, f"{name}.yaml"), "w", encoding="utf-8") as file:
        serve_langgraph(graph, name=f"py-{name}", write=file.write, **over)
    kept = graph.builder.compile(checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": name}}
    for told in [given, *(Command(resume=answer) for answer in answers)]:
        state = asyncio.run(kept.ainvoke(told, config))
    print(name, json.dumps({"input": given, "answers": answers, "state": plain(state, name)}), flush=True)
print("ready", flush=True)
sys.stdin.read()
