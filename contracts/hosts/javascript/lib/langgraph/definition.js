import { defaultOf, reducerOf } from "./reducers.js";
import { END, START, legal, listed, node as nameOf } from "./shape.js";

const CHANNEL = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * A graph as Postroad has it.
 *
 * @param reach says how the agent of a name is reached, as the lines of its definition
 */
export function definitionOf(graph, name, reach) {
  const { builder } = graph;
  const remarks = [];
  const note = (what) => remarks.push(what);
  const router = Object.keys(builder.branches[START] ?? {}).length > 0 ? "start" : undefined;
  const definition = {
    state: stateOf(builder, note),
    nodes: nodesOf(builder, name, router, note),
    edges: edgesOf(builder, router),
  };
  Object.assign(definition, pausesOf(graph, note));
  const agents = Object.keys(builder.nodes).map((node) => agentName(name, node));
  if (router !== undefined) {
    agents.unshift(agentName(name, router));
    note("START has conditions: a node start decides them, in a superstep of its own");
  }
  return { remarks, yaml: yamlOf(name, definition, agents, reach, remarks) };
}

export const agentName = (graph, node) => legal(`${graph}.${node === START ? "start" : node}`);

function stateOf(builder, note) {
  const state = {};
  for (const [channel, spec] of Object.entries(builder.channels)) {
    if (isInternal(channel, builder)) {
      continue;
    }
    if (!CHANNEL.test(channel)) {
      throw new TypeError(`channel ${channel} has no name that Postroad takes; use letters, digits and _`);
    }
    const reducer = reducerOf(spec);
    if (reducer === undefined) {
      note(`the reducer of ${channel} (${spec.lc_graph_name}) is none that Postroad knows: it is last; give one, or CEL over old and new`);
    }
    const made = { reducer: reducer ?? "last", default: defaultOf(spec) };
    const isImplied = Array.isArray(made.default) && made.default.length === 0 && ["append", "union", "messages"].includes(made.reducer);
    state[channel] = made.default === undefined || isImplied ? { reducer: made.reducer } : made;
  }
  return state;
}

/** LangGraph has channels of its own for edges. */
const isInternal = (channel, builder) => channel.startsWith("branch:") || channel.startsWith("join:") || channel.startsWith("__") || channel in builder.nodes;

function nodesOf(builder, name, router, note) {
  const nodes = {};
  if (router !== undefined) {
    nodes.start = { agent: agentName(name, router), goto: waysOf(builder, START) };
  }
  for (const [node, spec] of Object.entries(builder.nodes)) {
    const made = { agent: agentName(name, node) };
    if (nodes[legal(node)] !== undefined) {
      throw new TypeError(`two nodes are named ${legal(node)}; rename one`);
    }
    const ways = waysOf(builder, node);
    if (ways.length > 0) {
      made.goto = ways;
    }
    if (spec.defer) {
      made.defer = true;
    }
    if (spec.retryPolicy !== undefined) {
      made.retry = retryOf(spec.retryPolicy, node, note);
    }
    for (const [field, what] of [["cachePolicy", "cache policy"], ["errorHandlerNode", "error handler"], ["timeout", "time-out"]]) {
      if (spec[field] !== undefined) {
        note(`the ${what} of ${node} is not carried over; see cache, onError and timeout of nodes`);
      }
    }
    if (spec.subgraphs?.length > 0 || spec.runnable.lg_is_pregel) {
      note(`the graph in ${node} runs as a whole, as one call of its agent; questions asked inside it are not carried over: make it a graph of its own`);
    }
    nodes[legal(node)] = made;
  }
  return nodes;
}

/** Where Commands and conditions of a node may lead: anywhere, where they do not say. */
function waysOf(builder, node) {
  const branches = Object.values(builder.branches[node] ?? {});
  const said = [builder.nodes[node]?.ends, ...branches.map(({ ends }) => ends ?? [...Object.keys(builder.nodes), END])];
  return [...new Set(said.flatMap((ends) => Object.values(ends ?? {})).map(nameOf))];
}

function retryOf(policy, node, note) {
  const seconds = (millis) => `PT${millis / 1000}S`;
  const retry = {};
  if (policy.maxAttempts !== undefined) {
    retry.maxAttempts = policy.maxAttempts;
  }
  if (policy.initialInterval !== undefined) {
    retry.backoff = seconds(policy.initialInterval);
  }
  if (policy.backoffFactor !== undefined) {
    retry.multiplier = policy.backoffFactor;
  }
  if (policy.maxInterval !== undefined) {
    retry.maxBackoff = seconds(policy.maxInterval);
  }
  if (policy.retryOn !== undefined) {
    note(`what ${node} is tried again on (retryOn) is not carried over; throw AgentError with retryable: false, or give the node's retry an on`);
  }
  return retry;
}

function edgesOf(builder, router) {
  const edges = router === undefined ? [] : [{ from: "START", to: "start" }];
  const after = new Map();
  for (const [from, to] of builder.edges) {
    after.set(from, [...(after.get(from) ?? []), nameOf(to)]);
  }
  for (const [from, to] of after) {
    edges.push({ from: nameOf(from), to: to.length === 1 ? to[0] : to });
  }
  for (const [from, to] of builder.waitingEdges) {
    edges.push({ from: from.map(nameOf), to: nameOf(to) });
  }
  // What leads nowhere ends there.
  for (const node of Object.keys(builder.nodes)) {
    const isOfAJoin = [...builder.waitingEdges].some(([from]) => from.includes(node));
    if (!after.has(node) && !isOfAJoin && waysOf(builder, node).length === 0) {
      edges.push({ from: nameOf(node), to: "END" });
    }
  }
  return edges;
}

function pausesOf(graph, note) {
  const pauses = {};
  for (const field of ["interruptBefore", "interruptAfter"]) {
    const given = graph[field];
    if (given === "*" || given === "all") {
      pauses[field] = "all";
    } else if (listed(given).length > 0) {
      pauses[field] = given.map(nameOf);
    }
  }
  if (graph.store !== undefined) {
    note("its store is the process's own, as before; Postroad keeps nothing of it");
  }
  return pauses;
}

function yamlOf(name, { state, nodes, edges, ...more }, agents, reach, remarks) {
  const lines = remarks.map((remark) => `# ${remark}.`);
  for (const agent of agents) {
    lines.push(`agent: ${text(agent)}`, ...reach(agent), "---");
  }
  lines.push(`graph: ${text(name)}`, ...section("state", state), ...section("nodes", nodes), "edges:");
  lines.push(...edges.map((edge) => `  - ${flow(edge)}`));
  lines.push(...Object.entries(more).map(([field, value]) => `${field}: ${flow(value)}`));
  return `${lines.join("\n")}\n`;
}

function section(title, entries) {
  const lines = Object.entries(entries).map(([name, value]) => `  ${text(name)}: ${flow(value)}`);
  return lines.length === 0 ? [`${title}: {}`] : [`${title}:`, ...lines];
}

function flow(value) {
  if (Array.isArray(value)) {
    return `[${value.map(flow).join(", ")}]`;
  }
  if (value !== null && typeof value === "object") {
    const fields = Object.entries(value).map(([key, inner]) => `${text(key)}: ${flow(inner)}`);
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }
  return typeof value === "string" ? text(value) : JSON.stringify(value);
}

/** Words that YAML may take for something else are quoted. */
const text = (word) =>
  /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(word) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(word) ? word : JSON.stringify(word);

