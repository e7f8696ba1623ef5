#!/usr/bin/env bash
# @langchain/langgraph 1.7.3 (LangGraph.js) and a BigInt in the state of a graph that has a checkpointer.
#
# A checkpointer is there so that a run can go on after a pause or a crash. Its serializer cannot write a BigInt (a 64-bit
# offset of Kafka, a bigint of Postgres), and instead of failing it writes, in place of the whole checkpoint, one text:
# "[unable to serialize, circular reference is too complex to analyze]", though nothing is circular. With durability
# "sync" too the run says that all went well, or that it is interrupted; only who resumes it or reads its state finds
# that all of it is gone, other keys included, and is told that the config is missing a "checkpoint_id", which no caller
# passes. With a number the same graph works.
#
# Seen: the lines below, with MemorySaver. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
packages @langchain/langgraph@1.7.3 @langchain/langgraph-checkpoint@1.2.2 @langchain/core@1.4.0
cat > finding.js <<'JAVASCRIPT'
import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { Annotation, Command, END, interrupt, MemorySaver, START, StateGraph } from "@langchain/langgraph";

const State = Annotation.Root({ offset: Annotation(), order: Annotation(), answer: Annotation() });

async function outcome(action) {
  try {
    return await action();
  } catch (failure) {
    return failure.message;
  }
}

for (const offset of [7, 7n]) {
  const graph = new StateGraph(State)
    .addNode("read", () => ({ offset, order: "A1" }))
    .addNode("ask", () => ({ answer: interrupt("Ship it?") }))
    .addEdge(START, "read")
    .addEdge("read", "ask")
    .addEdge("ask", END)
    .compile({ checkpointer: new MemorySaver() });
  const config = { configurable: { thread_id: "1" }, durability: "sync" };
  console.log(`offset is a ${typeof offset}`);
  const [, bytes] = await new JsonPlusSerializer().dumpsTyped({ offset, order: "A1" });
  console.log(`  serialized: ${new TextDecoder().decode(bytes)}`);
  console.log(`  asked: ${await outcome(async () => (await graph.invoke({}, config)).__interrupt__[0].value)}`);
  console.log(`  state: ${await outcome(async () => (await graph.getState(config)).values.order)}`);
  console.log(`  resumed: ${await outcome(async () => (await graph.invoke(new Command({ resume: "yes" }), config)).answer)}`);
}
JAVASCRIPT
seen="$(node finding.js)"
echo "@langchain/langgraph 1.7.3, @langchain/langgraph-checkpoint 1.2.2, Node.js $(node --version)"
echo "$seen"
[[ "$seen" == 'offset is a number
  serialized: {"offset":7,"order":"A1"}
  asked: Ship it?
  state: A1
  resumed: yes
offset is a bigint
  serialized: "[unable to serialize, circular reference is too complex to analyze]"
  asked: Ship it?
'"  state: Cannot read properties of undefined (reading 'offset')"'
  resumed: Failed to put writes. The passed RunnableConfig is missing a required "checkpoint_id" field in its "configurable" property.' ]]
