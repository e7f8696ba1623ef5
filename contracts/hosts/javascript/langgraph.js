import { serveHttp } from "./lib/http.js";
import { serveKafka } from "./lib/kafka.js";
import { agentsOf } from "./lib/langgraph/agents.js";
import { agentName, definitionOf } from "./lib/langgraph/definition.js";

/** The agents of a compiled graph, by their names, and its definition. */
export async function langGraphAgents(graph, { name }) {
  if (graph?.builder?.nodes === undefined) {
    throw new TypeError("this is no compiled StateGraph; give what compile() returns");
  }
  const { StateGraph, Annotation, MemorySaver } = await import("@langchain/langgraph");
  const { coerceMessageLikeToMessage } = await import("@langchain/core/messages");
  const works = agentsOf(graph.builder, { StateGraph, Annotation, MemorySaver, coerceMessageLikeToMessage });
  const agents = Object.fromEntries([...works].map(([node, work]) => [agentName(name, node), work]));
  const define = (reach) => definitionOf(graph, name, reach);
  return {
    agents,
    remarks: define(() => []).remarks,
    overHttp: (url) => define((agent) => ["kind: http", `url: ${url}/${agent}`]).yaml,
    overKafka: (lines = []) => define(() => ["kind: kafka", ...lines]).yaml,
  };
}

/** Serves the nodes of a compiled graph as agents, over HTTP or over Kafka, and prints the graph as Postroad has it. */
export async function serveLangGraph(graph, { name, http, kafka, print = (yaml) => process.stdout.write(yaml) }) {
  const { agents, overHttp, overKafka } = await langGraphAgents(graph, { name });
  if (kafka !== undefined) {
    // Before it is served, as workers make the topics of agents that are published.
    print(overKafka());
    return serveKafka(agents, kafka);
  }
  const host = await serveHttp(agents, http);
  print(overHttp(http?.url ?? `http://${http?.host ?? "127.0.0.1"}:${host.port}`));
  return host;
}
