import { createServer } from "node:http";
import { errorOf } from "./answers.js";
import { Attempt, checked, doubtfulOf } from "./call.js";
import { Recent } from "./recent.js";

const MEBI = 1 << 20;
const LONGEST_REASON = 250;

/** Serves each agent as POST /<name>. */
export async function serveHttp(agents, options = {}) {
  const host = new HttpHost(checked(agents), options);
  await host.listen();
  return host;
}

class HttpHost {
  #agents;
  #options;
  #server;
  #attempts = new Set();
  #recent = new Recent();

  constructor(agents, { port = 0, host = "127.0.0.1", parallelism = 64, maxBytes = 16 * MEBI, drain = 10_000 } = {}) {
    this.#agents = agents;
    this.#options = { port, host, parallelism, maxBytes, drain };
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((broken) => {
        response.destroy(broken);
      });
    });
  }

  get port() {
    return this.#server.address()?.port;
  }

  get underWay() {
    return this.#attempts.size;
  }

  listen() {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
  }

  async #serve(request, response) {
    const name = decodeURIComponent(new URL(request.url, "http://agents").pathname.slice(1));
    const agent = this.#agents.get(name);
    if (agent === undefined) {
      return refuse(response, 404, `there is no agent ${name} here; there are: ${[...this.#agents.keys()].join(", ")}`);
    }
    if (request.method !== "POST") {
      return refuse(response, 405, "call agents with POST");
    }
    if (this.#attempts.size >= this.#options.parallelism) {
      response.setHeader("Retry-After", "1");
      return refuse(response, 503, `${this.#attempts.size} calls are under way`);
    }
    const answer = new Reply(response);
    let attempt;
    try {
      const body = JSON.parse(await this.#read(request));
      attempt = new Attempt(body, request.headers.traceparent, (chunk) => answer.chunk(chunk));
    } catch (unfit) {
      return refuse(response, unfit.status ?? 400, unfit.message);
    }
    await this.#work(agent, attempt, answer, response);
  }

  async #read(request) {
    const parts = [];
    let bytes = 0;
    for await (const part of request) {
      bytes += part.length;
      if (bytes > this.#options.maxBytes) {
        throw Object.assign(new Error(`a call takes more than ${this.#options.maxBytes} bytes`), { status: 413 });
      }
      parts.push(part);
    }
    return Buffer.concat(parts).toString("utf8");
  }

  async #work(agent, attempt, answer, response) {
    this.#attempts.add(attempt);
    response.on("close", () => {
      if (!response.writableFinished) {
        attempt.abort("the worker waits no more");
      }
    });
    try {
      const { idempotencyKey, attempt: number } = attempt.call;
      const doubtful = doubtfulOf(attempt.body);
      if (doubtful === undefined) {
        const body = await attempt.run(agent.call);
        answer.end(body);
        this.#recent.keep(idempotencyKey, number, body);
      } else {
        answer.end(await this.#reconciled(agent, attempt, doubtful));
      }
    } catch (thrown) {
      answer.fail(errorOf(thrown), attempt.with({}).usage);
    } finally {
      this.#attempts.delete(attempt);
    }
  }

  /** What came of an earlier attempt. */
  async #reconciled(agent, attempt, doubtful) {
    const key = attempt.call.idempotencyKey;
    if ([...this.#attempts].some((other) => other.call.idempotencyKey === key && doubtfulOf(other.body) === undefined)) {
      return { underWay: true };
    }
    const known = this.#recent.answer(key, undefined, doubtful);
    return known === undefined ? attempt.reconcile(agent) : said(known);
  }

  async close() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => {
      this.#attempts.forEach((attempt) => attempt.abort("the host closes"));
      this.#server.closeAllConnections();
    }, this.#options.drain);
    await closed;
    clearTimeout(timer);
  }
}

/** Where it is asked for, to write nothing has to be said. */
function said(answer) {
  return ["output", "goto", "interrupt", "sleep"].some((word) => Object.hasOwn(answer, word)) ? answer : { output: null, ...answer };
}

function refuse(response, status, why) {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", Connection: "close" });
  response.end(why);
}

/** An answer in one piece, or in lines where something is shown before it. */
class Reply {
  #response;
  #streams = false;

  constructor(response) {
    this.#response = response;
  }

  chunk(chunk) {
    if (!this.#streams) {
      this.#streams = true;
      this.#response.writeHead(200, { "Content-Type": "application/x-ndjson" });
    }
    this.#response.write(`${JSON.stringify({ chunk })}\n`);
  }

  end(body) {
    const text = JSON.stringify(body);
    if (this.#streams) {
      this.#response.end(`${text}\n`);
    } else {
      this.#response.writeHead(200, { "Content-Type": "application/json" });
      this.#response.end(text);
    }
  }

  /** @param usage what was consumed all the same; undefined for nothing */
  fail(error, usage) {
    if (this.#streams) {
      // Without its answer: the worker tries it again.
      this.#response.end();
      return;
    }
    const seconds = secondsOf(error.retryAfter);
    if (seconds !== undefined) {
      this.#response.setHeader("Retry-After", String(seconds));
    }
    // Workers read the beginning of such an answer alone.
    const body = { error: { ...error, message: error.message.slice(0, LONGEST_REASON) }, usage };
    this.#response.writeHead(error.retryable ? 503 : 422, { "Content-Type": "application/json", Connection: "close" });
    this.#response.end(JSON.stringify(body));
  }
}

/** Whole seconds of a duration of days, hours, minutes and seconds. */
function secondsOf(text) {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text ?? "");
  if (parts === null) {
    return undefined;
  }
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return Math.ceil(((days * 24 + hours) * 60 + minutes) * 60 + seconds);
}

