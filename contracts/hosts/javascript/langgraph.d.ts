import type { AgentFunction, Host, HttpOptions, KafkaOptions } from "./index.js";

/** What StateGraph.compile() returns. */
export type CompiledGraph = { builder: unknown };

export interface LangGraphAgents {
  /** One for each node, named <graph>.<node>. */
  agents: Record<string, AgentFunction>;
  /** What is not carried over, or otherwise. */
  remarks: string[];
  /** The graph and its agents as YAML. */
  overHttp(url: string): string;
  /** The same for agents of kind kafka; lines, such as "heartbeat: PT30S", are of each. */
  overKafka(lines?: string[]): string;
}

export function langGraphAgents(graph: CompiledGraph, options: { name: string }): Promise<LangGraphAgents>;

export interface LangGraphOptions {
  /** The graph's name. */
  name: string;
  /** Over HTTP, the default; url is how workers reach this host, where that is not host and port. */
  http?: HttpOptions & { url?: string };
  kafka?: KafkaOptions;
  /** Takes the YAML; standard output by default. */
  print?: (yaml: string) => void;
}

/** Serves the nodes of a compiled graph as agents, and prints the graph as Postroad has it. Needs @langchain/langgraph 1. */
export function serveLangGraph(graph: CompiledGraph, options: LangGraphOptions): Promise<Host>;
