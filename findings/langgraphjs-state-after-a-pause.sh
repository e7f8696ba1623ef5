#!/usr/bin/env bash
# @langchain/langgraph 1.7.3 (LangGraph.js) and what a graph's state holds before and after interrupt().
#
# A node gets what the node before it wrote as it is, as long as the run goes on. Once the run has been interrupted and
# resumed, the state comes from the checkpointer, whose serializer keeps Map, Set, RegExp and Uint8Array, but makes a
# string of a Date, an object of a Float32Array (an embedding) or a Buffer, and null of NaN and Infinity, and says
# nothing. The same node of the same graph so gets another type where somebody was asked before, or a process died, than
# where nobody was: state.due.getTime() fails, and a score of -Infinity becomes null, which counts as 0.
#
# Seen: the pairs below, with MemorySaver. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
packages @langchain/langgraph@1.7.3 @langchain/langgraph-checkpoint@1.2.2 @langchain/core@1.4.0
cat > finding.js <<'JAVASCRIPT'
import { inspect } from "node:util";
import { Annotation, Command, END, interrupt, MemorySaver, START, StateGraph } from "@langchain/langgraph";

const State = Annotation.Root({ value: Annotation(), seen: Annotation() });

/** What the last node sees of a value that the first one wrote, with or without a pause between. */
async function seen(value, pause) {
  const graph = new StateGraph(State)
    .addNode("write", () => ({ value }))
    .addNode("ask", () => {
      if (pause) interrupt("Go on?");
      return {};
    })
    .addNode("look", (state) => ({ seen: inspect(state.value) }))
    .addEdge(START, "write")
    .addEdge("write", "ask")
    .addEdge("ask", "look")
    .addEdge("look", END)
    .compile({ checkpointer: new MemorySaver() });
  const config = { configurable: { thread_id: "1" } };
  let state = await graph.invoke({}, config);
  if (pause) state = await graph.invoke(new Command({ resume: true }), config);
  return state.seen;
}

for (const value of [
  new Map([["a", 1]]),
  new Set([1]),
  /a/g,
  new Uint8Array([1, 2]),
  new Date(0),
  new Float32Array([0.5, 1.5]),
  Buffer.from([1, 2]),
  NaN,
  -Infinity,
]) {
  console.log(`${await seen(value, false)} | ${await seen(value, true)}`);
}
JAVASCRIPT
seen="$(node finding.js)"
echo "@langchain/langgraph 1.7.3, @langchain/langgraph-checkpoint 1.2.2, Node.js $(node --version)"
echo "without a pause | with one"
echo "$seen"
[[ "$seen" == "Map(1) { 'a' => 1 } | Map(1) { 'a' => 1 }
Set(1) { 1 } | Set(1) { 1 }
/a/g | /a/g
Uint8Array(2) [ 1, 2 ] | Uint8Array(2) [ 1, 2 ]
1970-01-01T00:00:00.000Z | '1970-01-01T00:00:00.000Z'
Float32Array(2) [ 0.5, 1.5 ] | { '0': 0.5, '1': 1.5 }
<Buffer 01 02> | { type: 'Buffer', data: [ 1, 2 ] }
NaN | null
-Infinity | null" ]]
