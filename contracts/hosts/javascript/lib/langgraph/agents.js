import { goto, interrupt, output } from "../answers.js";
import { messagesToJson, plain } from "./messages.js";
import { reducerOf, written } from "./reducers.js";
import { END, PARENT, START, isCommand, isMessage, isSend, listed, node as nameOf } from "./shape.js";

/** An agent for each node of a graph, by the node's own name; START's where it has conditions. */
export function agentsOf(builder, library) {
  const works = new Map();
  const graph = new Graph(builder, library);
  for (const [name, spec] of Object.entries(builder.nodes)) {
    works.set(name, (call) => graph.perform(name, spec, call));
  }
  if (Object.keys(builder.branches[START] ?? {}).length > 0) {
    works.set(START, (call) => graph.begin(call));
  }
  return works;
}

class Graph {
  #builder;
  #library;
  #conversations;

  constructor(builder, library) {
    this.#builder = builder;
    this.#library = library;
    this.#conversations = Object.keys(builder.channels).filter((name) => reducerOf(builder.channels[name]) === "messages");
  }

  async begin(call) {
    const state = this.#state(call.input);
    return goto(await this.#branches(START, state, [], call));
  }

  async perform(name, spec, call) {
    const state = this.#state(call.input);
    const { raw, asked } = await this.#run(spec.runnable, state, call);
    if (asked !== undefined) {
      return interrupt(asked.length === 1 ? (asked[0] ?? {}) : asked);
    }
    const updates = [];
    const targets = [];
    for (const part of Array.isArray(raw) && raw.some(isCommand) ? raw : [raw]) {
      if (isCommand(part)) {
        updates.push(...this.#updates(part.update));
        targets.push(...listed(part.goto).map((next) => this.#target(next, part.graph, call)));
      } else {
        updates.push(...this.#updates(part));
      }
    }
    this.#count(updates, call);
    targets.push(...(await this.#branches(name, state, updates, call)));
    const writes = updates.map((update) => this.#json(update, call));
    return targets.length === 0 ? output(one(writes)) : goto(targets, one(writes));
  }

  /** Runs a node alone, so that its questions, its stream and its configuration are as in any graph. */
  async #run(runnable, state, call) {
    const { StateGraph, Annotation, MemorySaver } = this.#library;
    let raw;
    const alone = new StateGraph(Annotation.Root({ ran: Annotation() }))
      .addNode("node", async (_, config) => {
        const scratchpad = config.configurable.__pregel_scratchpad;
        scratchpad.resume = [...call.answers];
        try {
          raw = await runnable.invoke(state, config);
        } catch (thrown) {
          if (thrown?.name !== "ParentCommand") {
            throw thrown;
          }
          // Of a graph within, to this one.
          raw = Object.assign(Object.create(Object.getPrototypeOf(thrown.command)), thrown.command, { graph: undefined });
        }
        return {};
      })
      .addEdge(START, "node")
      .compile({ checkpointer: new MemorySaver() });
    const stream = await alone.stream(
      { ran: true },
      {
        configurable: { thread_id: call.idempotencyKey },
        streamMode: ["updates", "messages", "custom"],
        signal: call.signal,
      },
    );
    let asked;
    for await (const [mode, chunk] of stream) {
      if (mode === "updates" && chunk.__interrupt__ !== undefined) {
        asked = chunk.__interrupt__.map(({ value }) => plain(value, call.task));
      } else if (mode === "messages") {
        show(chunk[0], call);
      } else if (mode === "custom") {
        call.emit(typeof chunk === "string" ? chunk : JSON.stringify(chunk));
      }
    }
    return { raw, asked };
  }

  /** The state, or what a Send carries, with its conversations as LangChain's messages. */
  #state(input) {
    if (input === null || typeof input !== "object" || Array.isArray(input)) {
      return input;
    }
    const { coerceMessageLikeToMessage } = this.#library;
    const state = {};
    for (const [name, value] of Object.entries(input)) {
      // A channel that was never written is not there.
      if (value !== null || !(name in this.#builder.channels)) {
        state[name] = this.#conversations.includes(name) && value !== null ? listed(value).map(coerceMessageLikeToMessage) : value;
      }
    }
    return state;
  }

  /** Writes, in their order. */
  #updates(update) {
    if (update === undefined || update === null) {
      return [];
    }
    if (Array.isArray(update)) {
      return update.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string")
        ? update.map(([channel, value]) => ({ [channel]: value }))
        : update.flatMap((part) => this.#updates(part));
    }
    if (typeof update !== "object") {
      throw new TypeError(`a node returned ${JSON.stringify(update)}; return an object of channels`);
    }
    return [Object.fromEntries(Object.entries(update).filter(([channel, value]) => channel in this.#builder.channels && value !== undefined))];
  }

  #json(update, call) {
    const json = {};
    for (const [channel, value] of Object.entries(update)) {
      json[channel] = this.#conversations.includes(channel)
        ? messagesToJson(value, call.task, this.#library.coerceMessageLikeToMessage)
        : plain(value, call.task);
    }
    return json;
  }

  #target(next, graph, call) {
    const there = isSend(next) ? { node: nameOf(next.node), input: plain(next.args, call.task) } : { node: nameOf(next) };
    if (graph === PARENT) {
      there.graph = "PARENT";
    }
    return there.input === undefined && there.graph === undefined ? there.node : there;
  }

  /** Where the conditions behind a node lead, over the state after its own writes. */
  async #branches(name, state, updates, call) {
    const branches = Object.values(this.#builder.branches[name] ?? {});
    if (branches.length === 0) {
      return [];
    }
    const after = { ...this.#defaults(), ...state };
    for (const update of updates) {
      for (const [channel, value] of Object.entries(update)) {
        after[channel] = written(this.#builder.channels[channel], after[channel], value);
      }
    }
    const targets = [];
    for (const { path, ends } of branches) {
      for (const next of listed(await path.invoke(after, { signal: call.signal }))) {
        const there = isSend(next) ? next : (ends?.[next] ?? next);
        if (there !== END) {
          targets.push(this.#target(there, undefined, call));
        }
      }
    }
    return targets;
  }

  #defaults() {
    return Object.fromEntries(
      Object.entries(this.#builder.channels)
        .filter(([, channel]) => channel.initialValueFactory !== undefined)
        .map(([name, channel]) => [name, channel.initialValueFactory()]),
    );
  }

  #count(updates, call) {
    for (const value of updates.flatMap((update) => Object.values(update)).flatMap(listed)) {
      if (isMessage(value) && value.usage_metadata !== undefined) {
        const { input_tokens = 0, output_tokens = 0 } = value.usage_metadata;
        call.use({ inputTokens: input_tokens, outputTokens: output_tokens });
      }
    }
  }
}

function show(message, call) {
  const isPiece = message?.constructor?.name === "AIMessageChunk";
  if (isPiece && typeof message.content === "string" && message.content !== "") {
    call.emit(message.content);
  }
}

const one = (writes) => (writes.length === 0 ? undefined : writes.length === 1 ? writes[0] : writes);

