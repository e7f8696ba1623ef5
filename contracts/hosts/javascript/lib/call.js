import { Asked, answerOf, interrupt } from "./answers.js";

const MOST_LOGS = 1_000;
const LEVELS = ["trace", "debug", "info", "warn", "error"];

/** One attempt of one task, from what a worker sent to what it is answered. */
export class Attempt {
  #answered = 0;
  #logs = [];
  #usage;
  #abort = new AbortController();

  /** @param emit takes chunks */
  constructor(body, traceparent, emit) {
    for (const name of ["runId", "task", "deadline"]) {
      if (typeof body?.[name] !== "string") {
        throw new TypeError(`"${name}" is missing; send calls as workers do`);
      }
    }
    this.body = body;
    this.deadline = new Date(body.deadline);
    if (Number.isNaN(this.deadline.getTime())) {
      throw new TypeError(`"deadline" is no instant: ${body.deadline}`);
    }
    this.call = this.#call(traceparent ?? "", emit);
  }

  #call(traceparent, emit) {
    const { runId, graph, node, task, attempt = 1, input, answers = [] } = this.body;
    return Object.freeze({
      runId,
      graph,
      node,
      task,
      attempt,
      input,
      answers,
      deadline: this.deadline,
      idempotencyKey: `${runId}/${task}`,
      traceparent,
      signal: this.#abort.signal,
      log: Object.fromEntries(LEVELS.map((level) => [level, (message, fields) => this.#log(level, message, fields)])),
      emit: (chunk) => {
        if (!this.aborted) {
          emit(String(chunk));
        }
      },
      use: (usage) => this.#use(usage),
      ask: (question, asking) => {
        if (this.#answered < answers.length) {
          return answers[this.#answered++];
        }
        throw new Asked(interrupt(question, asking));
      },
    });
  }

  #log(level, message, fields) {
    if (this.#logs.length < MOST_LOGS) {
      this.#logs.push(fields === undefined ? { level, message: String(message) } : { level, message: String(message), fields });
    }
  }

  #use({ inputTokens = 0, outputTokens = 0, cost, ...more }) {
    const before = this.#usage ?? { inputTokens: 0, outputTokens: 0 };
    this.#usage = {
      ...before,
      ...more,
      inputTokens: before.inputTokens + inputTokens,
      outputTokens: before.outputTokens + outputTokens,
    };
    if (cost !== undefined) {
      this.#usage.cost = (before.cost ?? 0) + cost;
    }
  }

  get aborted() {
    return this.#abort.signal.aborted;
  }

  abort(why) {
    if (!this.aborted) {
      this.#abort.abort(new DOMException(why, "AbortError"));
    }
  }

  /** Runs a function of it; its answer, with what was logged and consumed. What it throws is thrown. */
  async run(work) {
    const timer = this.#untilDeadline();
    try {
      return this.with(answerOf(await work(this.call)));
    } catch (thrown) {
      if (thrown instanceof Asked) {
        return this.with(thrown.answer.body);
      }
      throw thrown;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What came of an earlier attempt, as far as its agent can say. */
  async reconcile(agent) {
    const done = await this.run((call) => agent.reconcile?.(call));
    return Object.keys(done).some((field) => field !== "logs" && field !== "usage") ? done : { notDone: true };
  }

  #untilDeadline() {
    const longest = 2 ** 31 - 1;
    const left = Math.max(0, this.deadline.getTime() - Date.now());
    // Who has more than 24 days is not watched.
    return left > longest ? undefined : setTimeout(() => this.abort("out of time"), left);
  }

  /** An answer with what was logged and consumed. */
  with(body) {
    const answer = { ...body };
    if (this.#logs.length > 0) {
      answer.logs = this.#logs;
    }
    if (this.#usage !== undefined) {
      answer.usage = this.#usage;
    }
    return answer;
  }
}

/** The attempt that is asked about; undefined where it is to be done. */
export function doubtfulOf(body) {
  return body.reconcile === true ? (body.doubtful ?? body.attempt) : undefined;
}

/** The functions of agents by their names. */
export function checked(agents) {
  const all = new Map();
  for (const [name, agent] of Object.entries(agents)) {
    const work = typeof agent === "function" ? { call: agent } : agent;
    if (typeof work?.call !== "function") {
      throw new TypeError(`agent ${name} is no function; give a function of a call, or an object with one as "call"`);
    }
    all.set(name, work);
  }
  if (all.size === 0) {
    throw new TypeError("there are no agents; give an object of functions by their names");
  }
  return all;
}

