"""Graphs as LangGraph's documentation builds them, in words of our own."""

import operator
from typing import Annotated, Literal, TypedDict

from langchain_core.messages import AIMessage, ToolMessage
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import Command, RetryPolicy, Send, interrupt


class Jokes(TypedDict):
    topic: str
    joke: str
    tries: Annotated[int, operator.add]


def good_enough(state: Jokes):
    return "weak" if state["tries"] < 3 else "good"


#: A joke that is made better until it is good enough: conditions over the state, and a loop.
jokes = (
    StateGraph(Jokes)
    .add_node("write", lambda state: {"joke": f"a joke about {state['topic']}, {state['tries']}", "tries": 1})
    .add_node("polish", lambda state: {"joke": f"{state['joke']}!"})
    .add_edge(START, "write")
    .add_conditional_edges("write", good_enough, {"weak": "write", "good": "polish"})
    .add_edge("polish", END)
    .compile()
)


class Report(TypedDict):
    topic: str
    chapters: list[str]
    parts: Annotated[list[str], operator.add]
    seen: Annotated[set[str], operator.or_]
    report: str


class Chapter(TypedDict):
    title: str


async def chapter(state: Chapter):
    return {"parts": [f"[{state['title']}]"], "seen": {state["title"]}}


def bind(state: Report):
    return {"report": "".join(sorted(state["parts"])) + str(len(state["seen"] | {"none"}))}


#: Chapters written side by side and put together: Sends, a reducer, a set, and a node that waits.
report = (
    StateGraph(Report)
    .add_node("plan", lambda state: {"chapters": [f"{state['topic']} {number}" for number in ("a", "b", "c")]})
    .add_node("chapter", chapter)
    .add_node("bind", bind, retry_policy=RetryPolicy(max_attempts=3, initial_interval=0.05))
    .add_edge(START, "plan")
    .add_conditional_edges("plan", lambda state: [Send("chapter", {"title": title}) for title in state["chapters"]], ["chapter"])
    .add_edge("chapter", "bind")
    .add_edge("bind", END)
    .compile()
)


class Letter(TypedDict, total=False):
    text: str
    by: str


def approve(state: Letter) -> Command[Literal["draft", "send"]]:
    verdict = interrupt({"question": "Send it?", "text": state["text"]})
    if verdict == "send":
        return Command(update={"by": interrupt("Who are you?")}, goto="send")
    return Command(update=[("text", verdict)], goto="draft")


#: A letter that a person lets pass, or sends back with what to change: two questions of one node, and Commands.
letter = (
    StateGraph(Letter)
    .add_node("draft", lambda state: {"text": state.get("text", "Dear all")})
    .add_node("approve", approve)
    .add_node("send", lambda state: {"text": f"{state['text']}, {state['by']}"})
    .add_edge(START, "draft")
    .add_edge("draft", "approve")
    .add_edge("send", END)
    .compile()
)


def model(state: MessagesState):
    last = state["messages"][-1]
    if isinstance(last, ToolMessage):
        usage = {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}
        return {"messages": [AIMessage(f"It is {last.content}.", usage_metadata=usage)]}
    return {"messages": [AIMessage("", tool_calls=[{"id": "c1", "name": "weather", "args": {"city": "Bern"}}])]}


def tools(state: MessagesState):
    calls = state["messages"][-1].tool_calls
    return {"messages": [ToolMessage("sunny", tool_call_id=call["id"], name=call["name"]) for call in calls]}


#: A model that calls a tool: a conversation, and messages as LangChain has them.
weather = (
    StateGraph(MessagesState)
    .add_node(model)
    .add_node(tools)
    .add_edge(START, "model")
    .add_conditional_edges("model", lambda state: "tools" if state["messages"][-1].tool_calls else END)
    .add_edge("tools", "model")
    .compile()
)


class Shouted(TypedDict):
    request: str
    notes: Annotated[list[str], operator.add]


class Desk(Shouted):
    kind: str
    trail: Annotated[str, operator.add]
    odd: Annotated[str, lambda old, new: f"{new}{old}"]


shouting = (
    StateGraph(Shouted)
    .add_node("shout", lambda state: {"notes": [state["request"].upper()]})
    .add_edge(START, "shout")
    .compile()
)

#: Requests that go their way by their kind, and are judged by two at once: conditions at START, a join, defer, a graph inside.
desk = (
    StateGraph(Desk)
    .add_node("refund", lambda state: {"notes": ["refund"], "trail": "r"})
    .add_node("sale", lambda state: {"notes": ["sale"], "odd": "x"})
    .add_node("loud", shouting)
    .add_node("legal", lambda state: {"notes": ["legal"], "trail": "l"})
    .add_node("money", lambda state: {"notes": ["money"], "trail": "m"})
    .add_node("close", lambda state: {"notes": ["closed"]}, defer=True)
    .add_conditional_edges(START, lambda state: state["kind"], {"refund": "refund", "sale": "sale", "loud": "loud"})
    .add_edge("refund", "legal")
    .add_edge("refund", "money")
    .add_edge(["legal", "money"], "close")
    .add_edge("sale", "close")
    .add_edge("close", END)
    .compile()
)
