// One case on LangGraph.js: a graph of the conformance form, and its steps one by one.
const lg = globalThis.requireFromModules("@langchain/langgraph");
const { RunnableLambda } = globalThis.requireFromModules("@langchain/core/runnables");
const { StateGraph, Annotation, Send, Command, MemorySaver, Overwrite, START, END } = lg;

const PLENTY = 10_000;
const REDUCERS = {
  append: (a, b) => a.concat(b),
  add: (a, b) => a + b,
  concat: (a, b) => a + b,
  sortedAppend: (a, b) => a.concat(b).sort(compare),
};
const INITIAL = { list: () => [], int: () => 0, str: () => "", any: () => undefined };

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const isObject = (v) => v !== null && typeof v === "object" && !Array.isArray(v);
const only = (v, key) => isObject(v) && Object.keys(v).length === 1 && key in v;

export function canonical(v) {
  if (Array.isArray(v)) return "[" + v.map(canonical).join(",") + "]";
  if (!isObject(v)) return JSON.stringify(v ?? null);
  return "{" + Object.keys(v).sort().map((k) => JSON.stringify(k) + ":" + canonical(v[k])).join(",") + "}";
}
const same = (a, b) => canonical(a) === canonical(b);
const sorted = (list) => [...list].sort((a, b) => compare(canonical(a), canonical(b)));

/** As Python's str.format shows it. */
function shown(v) {
  if (v === null || v === undefined) return "None";
  if (v === true) return "True";
  if (v === false) return "False";
  return Array.isArray(v) ? "[" + v.map((x) => (typeof x === "string" ? `'${x}'` : shown(x))).join(", ") + "]" : String(v);
}

function error(type, message) {
  const raised = new Error(message);
  raised.name = type;
  return raised;
}

function value(v, state, answers) {
  if (Array.isArray(v)) return v.map((x) => value(x, state, answers));
  if (!isObject(v)) return v;
  if ("$tpl" in v) return v.$tpl.replace(/\{(\w+)\}/g, (_, key) => shown(state[key]));
  if ("$path" in v) return state[v.$path] ?? null;
  if ("$inc" in v) return (state[v.$inc] ?? 0) + 1;
  if ("$len" in v) return (state[v.$len] ?? []).length;
  if ("$join" in v) return (state[v.$join] ?? []).join(",");
  if ("$resume" in v) return answers[v.$resume];
  if ("$overwrite" in v) return new Overwrite(value(v.$overwrite, state, answers));
  return Object.fromEntries(Object.entries(v).map(([key, x]) => [key, value(x, state, answers)]));
}

function clean(v) {
  if (v === undefined) return null;
  if (Array.isArray(v)) return v.map(clean);
  if (v instanceof Send || v?.lg_name === "Send") return { send: { node: v.node, arg: clean(v.args) } };
  if (v instanceof Overwrite) return { $overwrite: clean(v.value) };
  if (v instanceof Error) return { error: v.name, message: v.message };
  if (!isObject(v)) return v;
  if (only(v, "__overwrite__")) return { $overwrite: clean(v.__overwrite__) };
  const kept = Object.entries(v).filter(([key, x]) => key !== "__interrupt__" && x !== undefined);
  return Object.fromEntries(kept.map(([key, x]) => [key, clean(x)]));
}

/** Where nothing was written, LangGraph.js shows an empty object, and Python null. */
const written = (update) => (isObject(update) && !Object.keys(update).length ? null : update);

/** LangGraph.js takes no node that has the name of a channel; such a node is NAME~ inside. */
class Names {
  taken = new Set();
  constructor(graph) { this.collect(graph); }
  collect(graph) {
    for (const [name, node] of Object.entries(graph.nodes)) {
      if (name in graph.state) this.taken.add(name);
      if (node.subgraph) this.collect(node.subgraph);
    }
  }
  inner(name) { return name === "START" ? START : name === "END" ? END : this.taken.has(name) ? name + "~" : name; }
  outer(name) { return name.endsWith("~") ? name.slice(0, -1) : name; }
  goto(to) {
    if (Array.isArray(to)) return to.map((x) => this.goto(x));
    return isObject(to) ? new Send(this.inner(to.send.node), to.send.arg) : this.inner(to);
  }
}

class Builder {
  constructor(names, calls, overdone) { this.names = names; this.calls = calls; this.overdone = overdone; }

  node(name, spec) {
    return async (input) => {
      const state = isObject(input) ? { ...input } : { _: input };
      const number = this.calls[name] ?? 0;
      this.calls[name] = number + 1;
      if (this.overdone()) throw error("Overdone", "too many calls");
      const attempt = spec.do[Math.min(number, spec.do.length - 1)];
      // Nodes that never wait lose the edges of finished siblings after a failure, in 1.7.3.
      await new Promise((done) => setTimeout(done, attempt.sleepMs ?? 2));
      if (attempt.raise) throw error(attempt.raise.type, attempt.raise.message);
      const answers = [];
      for (const payload of attempt.interrupts ?? []) answers.push(lg.interrupt(value(payload, state, answers)));
      if (attempt.updates) return attempt.updates.map((update) => new Command({ update: value(update, state, answers) }));
      const update = attempt.update == null ? null : value(attempt.update, state, answers);
      if (!("goto" in attempt)) return update;
      return new Command({ goto: this.names.goto(attempt.goto), ...(update && { update }), ...(attempt.parent && { graph: Command.PARENT }) });
    };
  }

  handler(name, spec) {
    return async (input, failed) => {
      this.calls[name] = (this.calls[name] ?? 0) + 1;
      const state = { ...input, error_node: failed.node, error_message: failed.error.message };
      const update = value(spec.do[0].update, state, []);
      return "goto" in spec.do[0] ? new Command({ update, goto: this.names.goto(spec.do[0].goto) }) : update;
    };
  }

  route(route, state) {
    if (route == null) return [];
    if (Array.isArray(route)) return route.flatMap((part) => this.route(part, state));
    if (route.to) return route.to.map((name) => this.names.inner(name));
    if (route.if) {
      const { path, op, value: wanted, len } = route.if;
      const found = len ? state[path].length : state[path];
      return this.route((op === ">=" ? found >= wanted : op === "<" ? found < wanted : found === wanted) ? route.then : route.else, state);
    }
    if (route.sends) return route.sends.map((send) => new Send(this.names.inner(send.node), value(send.arg, state, [])));
    const each = route.sendEach;
    return (state[each.path] ?? []).map((x) => new Send(this.names.inner(each.node), each.as ? { [each.as]: x } : x));
  }

  graph(graph, checkpointer) {
    const channels = Object.entries(graph.state).map(([name, channel]) =>
      [name, channel.reducer === "last" ? Annotation() : Annotation({ reducer: REDUCERS[channel.reducer], default: INITIAL[channel.type] })]);
    const built = new StateGraph(Annotation.Root(Object.fromEntries(channels)));
    const ends = [...Object.keys(graph.nodes).filter((name) => !graph.nodes[name].handlerOf).map((name) => this.names.inner(name)), END];
    for (const [name, spec] of Object.entries(graph.nodes)) {
      if (spec.handlerOf) continue;
      const options = { ends };
      if (spec.retry) {
        const { initialMs, factor, maxAttempts, on } = spec.retry;
        options.retryPolicy = { initialInterval: initialMs ?? 1, backoffFactor: factor ?? 2, maxAttempts, jitter: false, logWarning: false,
          retryOn: (raised) => on.includes(raised.name) };
      }
      if (spec.defer) options.defer = true;
      if (spec.errorHandler) options.errorHandler = this.handler(spec.errorHandler, graph.nodes[spec.errorHandler]);
      built.addNode(this.names.inner(name), spec.subgraph ? this.graph(spec.subgraph) : this.node(name, spec), options);
    }
    for (const [from, to] of graph.edges ?? []) built.addEdge(this.names.inner(from), this.names.inner(to));
    for (const join of graph.joins ?? []) built.addEdge(join.from.map((name) => this.names.inner(name)), this.names.inner(join.to));
    (graph.branches ?? []).forEach((branch, i) => {
      const choose = RunnableLambda.from((state) => this.route(branch.route, { ...state }));
      choose.getName = () => `route_${i}`;
      built.addConditionalEdges(this.names.inner(branch.from), choose);
    });
    const stops = (list) => (Array.isArray(list) ? list.map((name) => this.names.inner(name)) : list);
    return built.compile({ checkpointer, interruptBefore: stops(graph.interruptBefore), interruptAfter: stops(graph.interruptAfter) });
  }
}

export class Session {
  calls = {};
  constructor(graph, mostCalls = Infinity) {
    this.names = new Names(graph);
    this.mostCalls = mostCalls;
    this.graph = new Builder(this.names, this.calls, () => this.overdone).graph(graph, new MemorySaver());
  }

  /** Whether its nodes ran too often to be of use. */
  get overdone() { return Object.values(this.calls).reduce((sum, count) => sum + count, 0) > this.mostCalls; }

  async take(step) {
    const base = { configurable: { thread_id: step.thread ?? "1" } };
    const config = step.useFork ? this.fork : step.at ? await this.found(base, step.at) : base;
    switch (step.op) {
      case "run": return this.run(step, base, config);
      case "updateState": return this.update(step, config);
      case "history": return this.history(base);
      case "state": return this.state(config);
      default: throw new Error(`no such step: ${step.op}`);
    }
  }

  async past(config) {
    const past = [];
    for await (const snapshot of this.graph.getStateHistory(config)) past.unshift(snapshot);
    return past;
  }

  async found(base, at) {
    const wanted = [...at.next].sort();
    const found = (await this.past(base)).filter((snapshot) => same(snapshot.next.map(this.names.outer).sort(), wanted)
      && (!at.source || snapshot.metadata.source === at.source));
    return (at.pick === "oldest" ? found[0] : found.at(-1)).config;
  }

  /** The questions that are open. */
  async open() {
    const { tasks } = await this.graph.getState({ configurable: { thread_id: "1" } });
    return tasks.filter((task) => task.result == null).flatMap((task) => task.interrupts ?? []);
  }

  async input(input, base) {
    if (!only(input, "$command")) return input;
    const command = input.$command;
    const given = {};
    if ("resume" in command) given.resume = command.resume;
    if (command.resumeByPayload) {
      given.resume = {};
      for (const task of (await this.graph.getState(base)).tasks)
        for (const open of task.interrupts ?? [])
          for (const [payload, answer] of command.resumeByPayload) if (same(open.value, payload)) given.resume[open.id] = answer;
    }
    if ("goto" in command) given.goto = this.names.goto(command.goto);
    if ("update" in command) given.update = command.update;
    return new Command(given);
  }

  async run(step, base, config) {
    const before = { ...this.calls };
    const updates = [], interrupts = [];
    const result = { op: step.op };
    let values = null;
    try {
      const input = await this.input(step.input, base);
      const options = { ...config, streamMode: ["updates", "values"], durability: "sync", recursionLimit: step.limit ?? PLENTY };
      for await (const [mode, chunk] of await this.graph.stream(input, options)) {
        if (mode === "updates" && "__interrupt__" in chunk) interrupts.push(...chunk.__interrupt__.map((open) => open.value));
        else if (mode === "updates") updates.push(Object.fromEntries(Object.entries(clean(chunk)).map(([name, x]) => [this.names.outer(name), written(x)])));
        else if (!only(chunk, "__interrupt__")) values = clean(chunk);
      }
      result.outcome = interrupts.length || (await this.graph.getState(base)).next.length ? "interrupted" : "completed";
    } catch (raised) {
      result.outcome = "failed";
      result.error = { type: raised?.name ?? typeof raised, message: String(raised?.message ?? raised).split("\n")[0] };
    }
    result.values = values;
    if (interrupts.length) result.interrupts = step.parallel ? sorted(interrupts) : interrupts;
    result[step.parallel ? "updatesUnordered" : "updates"] = step.parallel ? sorted(updates) : updates;
    const called = Object.keys(this.calls).sort().map((name) => [name, this.calls[name] - (before[name] ?? 0)]);
    result.calls = Object.fromEntries(called.filter(([, count]) => count));
    return result;
  }

  async update(step, config) {
    try {
      this.fork = await this.graph.updateState(config, step.values, step.asNode && this.names.inner(step.asNode));
      return { op: step.op, outcome: "ok" };
    } catch (raised) {
      return { op: step.op, outcome: "failed", error: { type: raised.name, message: String(raised.message).split("\n")[0] } };
    }
  }

  shown(snapshot) {
    return { values: clean(snapshot.values), next: snapshot.next.map(this.names.outer) };
  }

  async history(base) {
    return { op: "history", history: (await this.past(base)).map((snapshot) => this.shown(snapshot)) };
  }

  async state(config) {
    try {
      return { op: "state", state: this.shown(await this.graph.getState(config)) };
    } catch (raised) {
      return { op: "state", outcome: "failed", error: { type: raised.name, message: String(raised.message).split("\n")[0] } };
    }
  }
}
