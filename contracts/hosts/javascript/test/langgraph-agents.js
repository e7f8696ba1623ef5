/** Graphs for the tests of the worker: node langgraph-agents.js DIR; writes their definitions, and says how LangGraph ends them. */
import { writeFileSync } from "node:fs";
import { Command, MemorySaver } from "@langchain/langgraph";
import { serveLangGraph } from "../langgraph.js";
import { plain } from "../lib/langgraph/messages.js";
import * as graphs from "./graphs.js";

const [directory] = process.argv.slice(2);
const runs = {
  jokes: [{ topic: "cats" }],
  report: [{ topic: "bees" }],
  letter: [{}, "Dear Bob", "send", "Ada"],
  weather: [{ messages: [{ role: "user", content: "What is it like in Bern?" }] }],
  desk: [{ kind: "refund", request: "money back" }],
};

for (const [name, [input, ...answers]] of Object.entries(runs)) {
  await serveLangGraph(graphs[name], { name, print: (yaml) => writeFileSync(`${directory}/${name}.yaml`, yaml) });
  const graph = graphs[name].builder.compile({ checkpointer: new MemorySaver() });
  const config = { configurable: { thread_id: name } };
  let state = await graph.invoke(input, config);
  for (const answer of answers) {
    state = await graph.invoke(new Command({ resume: answer }), config);
  }
  process.stdout.write(`${name} ${JSON.stringify({ input, answers, state: plain(state, name) })}\n`);
}
process.stdout.write("ready\n");
