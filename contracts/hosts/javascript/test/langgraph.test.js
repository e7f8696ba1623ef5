import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { AIMessage } from "@langchain/core/messages";
import { Annotation, Command, MessagesAnnotation, START, Send, StateGraph, interrupt } from "@langchain/langgraph";
import { Attempt } from "../lib/call.js";
import { reducerOf } from "../lib/langgraph/reducers.js";
import { importLangGraph } from "../import.js";
import { langGraphAgents } from "../langgraph.js";
import { desk, jokes, letter, report } from "./graphs.js";

const TASK = { runId: "r", graph: "g", node: "n", task: "n@1", attempt: 1, deadline: "2100-01-01T00:00:00Z" };

async function answer(graph, node, input, answers) {
  const { agents } = await langGraphAgents(graph, { name: "g" });
  const chunks = [];
  const body = await new Attempt({ ...TASK, input, answers }, "", (chunk) => chunks.push(chunk)).run(agents[`g.${node}`]);
  return { ...body, ...(chunks.length > 0 ? { chunks } : {}) };
}

const alone = (work, state = { a: Annotation() }) => new StateGraph(Annotation.Root(state)).addNode("n", work).addEdge(START, "n").compile();

test("a node writes, and its conditions see what it wrote", async () => {
  assert.deepEqual(await answer(jokes, "write", { topic: "cats", tries: 1 }), {
    output: { joke: "a joke about cats, 1", tries: 1 },
    goto: ["write"],
  });
  assert.deepEqual((await answer(jokes, "write", { topic: "cats", tries: 2 })).goto, ["polish"]);
});

test("Sends become tasks with inputs of their own", async () => {
  assert.deepEqual((await answer(report, "plan", { topic: "bees" })).goto[0], { node: "chapter", input: { title: "bees one" } });
  assert.deepEqual(await answer(report, "chapter", { title: "x" }), { output: { parts: ["[x]"] } });
});

test("questions are asked one after the other, and what stands between them is done again", async () => {
  assert.deepEqual(await answer(letter, "approve", { text: "t" }), { interrupt: { question: "Send it?", text: "t" } });
  assert.deepEqual(await answer(letter, "approve", { text: "t" }, ["send"]), { interrupt: "Who are you?" });
  assert.deepEqual(await answer(letter, "approve", { text: "t" }, ["send", "Ada"]), { output: { by: "Ada" }, goto: ["send"] });
});

test("a Command may lead to the graph outside", async () => {
  const out = alone(() => new Command({ graph: Command.PARENT, goto: [new Send("x", { a: 1 }), "y"], update: { a: 2 } }));
  assert.deepEqual(await answer(out, "n", {}), {
    output: { a: 2 },
    goto: [{ node: "x", input: { a: 1 }, graph: "PARENT" }, { node: "y", graph: "PARENT" }],
  });
});

test("conditions of START are a node", async () => {
  assert.deepEqual(await answer(desk, "start", { kind: "sale" }), { goto: ["sale"] });
});

test("a graph that is a node runs as a whole", async () => {
  assert.deepEqual(await answer(desk, "loud", { request: "now" }), { output: { request: "now", notes: ["NOW"] } });
});

test("messages are JSON, with ids that stay, and what they cost is counted", async () => {
  const usage_metadata = { input_tokens: 7, output_tokens: 3, total_tokens: 10 };
  const talk = new StateGraph(MessagesAnnotation)
    .addNode("n", ({ messages }) => ({ messages: [new AIMessage({ content: messages[0].getType(), usage_metadata }), "hi"] }))
    .addEdge(START, "n")
    .compile();
  assert.deepEqual(await answer(talk, "n", { messages: [{ role: "user", content: "?" }] }), {
    output: { messages: [{ id: "n@1#0", role: "assistant", content: "human" }, { id: "n@1#1", role: "user", content: "hi" }] },
    usage: { inputTokens: 7, outputTokens: 3 },
  });
});

test("what a node writes to its stream is shown", async () => {
  const loud = alone((_, config) => {
    config.writer("piece");
    return { a: 1 };
  });
  assert.deepEqual(await answer(loud, "n", {}), { output: { a: 1 }, chunks: ["piece"] });
});

test("what a node throws is thrown", async () => {
  const broken = alone(() => {
    throw new RangeError("too far");
  });
  await assert.rejects(answer(broken, "n", {}), { name: "RangeError", message: "too far" });
});

test("a question may be anything", async () => {
  assert.deepEqual(await answer(alone(() => ({ a: interrupt(7) })), "n", {}), { interrupt: 7 });
});

test("reducers are known by what they make of examples", () => {
  const kinds = {
    append: (a, b) => [...a, ...b],
    union: (a, b) => [...new Set([...a, ...b])],
    sum: (a, b) => a + b,
    max: Math.max,
    min: Math.min,
    merge: (a, b) => ({ ...a, ...b }),
    last: (a, b) => b ?? a,
    undefined: (a, b) => `${a}${b}!`,
  };
  for (const [name, reducer] of Object.entries(kinds)) {
    const channel = new StateGraph(Annotation.Root({ c: Annotation({ reducer, default: () => undefined }) })).channels.c;
    assert.equal(String(reducerOf(channel)), name);
  }
});

test("what is not carried over is named", async () => {
  const { remarks, overKafka } = await langGraphAgents(desk, { name: "desk" });
  assert.equal(remarks.length, 3);
  assert.match(remarks[0], /the reducer of odd/);
  assert.match(overKafka(["heartbeat: PT30S"]), /^# the reducer of odd[^]*agent: desk.close\nkind: kafka\nheartbeat: PT30S\n---\ngraph: desk\n/);
});

test("a module's graphs are imported, each once and by its name", async () => {
  const file = fileURLToPath(new URL("graphs.js", import.meta.url));
  const all = await importLangGraph(file, {});
  assert.deepEqual([...all.matchAll(/^graph: (.*)$/gm)].map(([, name]) => name), ["desk", "jokes", "letter", "report", "weather"]);
  assert.match(await importLangGraph(file, { only: "jokes", name: "j", url: "http://h:1" }), /^agent: j.write\nkind: http\nurl: http:\/\/h:1\/j.write\n/);
  await assert.rejects(importLangGraph(file, { only: "list" }), /exports no list; export what compile\(\) returns/);
  await assert.rejects(importLangGraph(file, { name: "j" }), /has the graphs desk, jokes, .*; say which one is to be named j/);
});
