/** Any JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An ISO-8601 duration such as "PT10M", or milliseconds. */
export type Duration = string | number;

export interface Usage {
  inputTokens?: number;
  outputTokens?: number;
  model?: string;
  cost?: number;
  finishReason?: string;
}

export interface Log {
  trace(message: string, fields?: Record<string, unknown>): void;
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Who is asked, for what and for how long. */
export interface Asking {
  assignee?: string;
  /** The answer is held against it (JSON Schema). */
  schema?: Record<string, unknown>;
  timeout?: Duration;
  /** The answer where nobody gave one in time. */
  onTimeout?: unknown;
  remindEvery?: Duration;
}

/** One attempt of one task. */
export interface Call<Input = any> {
  readonly runId: string;
  readonly graph: string;
  readonly node: string;
  readonly task: string;
  /** From 1. */
  readonly attempt: number;
  /** What the node's input expression gave, or the whole state. */
  readonly input: Input;
  /** When the worker gives the attempt up. */
  readonly deadline: Date;
  /** What people answered to the task's questions so far, in their order. */
  readonly answers: readonly any[];
  /** The same for every attempt of a task: hand it on, so that what the agent does happens once. */
  readonly idempotencyKey: string;
  /** W3C trace context to hand on; "" where there is none. */
  readonly traceparent: string;
  /** Aborted when nobody waits any more: cancelled, given up, out of time, or the host closes. */
  readonly signal: AbortSignal;
  /** Goes to the run's log, with the answer. */
  readonly log: Log;
  /** Shows a piece of what the agent makes, while it works. */
  emit(chunk: string): void;
  /** Counts what was consumed; may be called more than once. */
  use(usage: Usage): void;
  /** The answer to a question. Where it is not answered yet the function ends here, and is called again, from its start, once it is. */
  ask(question: unknown, asking?: Asking): any;
}

/** What output(), goto(), interrupt() and sleep() make. */
export interface Answer {
  readonly body: Record<string, unknown>;
}

/** A node, or a task of its own with an input of its own. */
export type Target = string | { node: string; input?: unknown; graph?: "PARENT" };

/** Writes channels: an object of them, or a list of such objects. */
export function output(writes: unknown): Answer;
/** Goes on at other nodes besides the node's edges. */
export function goto(targets: Target | Target[], writes?: unknown): Answer;
/** Asks a person; the agent is called again with the answers so far. */
export function interrupt(question: unknown, asking?: Asking): Answer;
/** Is called again after some time. */
export function sleep(time: Duration): Answer;

/** Fails the attempt as its author says; anything else that is thrown may be tried again. */
export class AgentError extends Error {
  constructor(message: string, options?: { type?: string; retryable?: boolean; retryAfter?: Duration; cause?: unknown });
  readonly type: string;
  readonly retryable: boolean;
  readonly retryAfter?: Duration;
}

/** What it returns is written to the state, unless output(), goto(), interrupt() or sleep() made it; undefined writes nothing. */
export type AgentFunction = (call: Call) => unknown;

export interface ReconcilingAgent {
  call: AgentFunction;
  /** What came of the call before, in whatever process; undefined where nothing was done. For agents that say `reconcile`. */
  reconcile?: (call: Call) => unknown;
}

/** Agents by their name. */
export type Agents = Record<string, AgentFunction | ReconcilingAgent>;

export interface Host {
  /** How many tasks are under way. */
  readonly underWay: number;
  /** Takes nothing more, and lets what is under way end for `drain` milliseconds at most. */
  close(): Promise<void>;
}

export interface HttpOptions {
  /** 0, the default, for any that is free. */
  port?: number;
  /** 127.0.0.1 by default. */
  host?: string;
  /** The most calls at once; others get 503. 64 by default. */
  parallelism?: number;
  /** The largest body, in bytes; 16 MiB by default. */
  maxBytes?: number;
  /** Milliseconds that calls have to end when the host is closed; 10,000 by default. */
  drain?: number;
}

export interface HttpHost extends Host {
  readonly port: number;
}

/** Serves each agent as POST /<name>. */
export function serveHttp(agents: Agents, options?: HttpOptions): Promise<HttpHost>;

export interface KafkaOptions {
  /** host:port of each broker. */
  brokers: string[];
  /** More for the KafkaJS client: ssl, sasl, clientId, … */
  client?: Record<string, unknown>;
  /** Of the topics; "postroad." by default. */
  prefix?: string;
  /** Hosts of one group share the tasks of an agent; "<prefix>agents" by default. */
  group?: string;
  /** The most tasks at once; 64 by default. */
  parallelism?: number;
  /** Milliseconds; a third of the shortest heartbeat of the agents. 5,000 by default. */
  heartbeatEvery?: number;
  /** Milliseconds that tasks have to end when the host is closed; 10,000 by default. */
  drain?: number;
}

export interface KafkaHost extends Host {
  /** What is wrong with the way to Kafka; undefined where nothing is. */
  readonly problem: string | undefined;
}

/** Serves agents of kind kafka. Needs the package kafkajs. Resolves once tasks are read. */
export function serveKafka(agents: Agents, options: KafkaOptions): Promise<KafkaHost>;
