import { errorOf } from "./answers.js";
import { Attempt, doubtfulOf } from "./call.js";
import { Recent } from "./recent.js";

/** The tasks of a host, from their record to their answer. */
export class Tasks {
  #outbox;
  #running = new Map();
  #recent = new Recent();
  #places;
  #queue = [];

  constructor(outbox, parallelism) {
    this.#outbox = outbox;
    this.#places = parallelism;
  }

  get underWay() {
    return this.#running.size;
  }

  /** @param done told when its answer is stored, or it needs none */
  begin(agent, runId, body, traceparent, done) {
    const key = JSON.stringify([runId, body.task]);
    const doubtful = doubtfulOf(body);
    const before = this.#running.get(key);
    if (before !== undefined && (doubtful !== undefined || before.number === body.attempt)) {
      before.number = Math.max(before.number, body.attempt);
      before.ends.push(done);
      this.#say(runId, body.task, body.attempt, { underWay: true });
      return;
    }
    const known = this.#recent.answer(key, body.attempt, doubtful);
    if (known !== undefined) {
      this.#outbox.send(runId, { ...known, attempt: body.attempt }, done);
      return;
    }
    before?.attempt.abort("another attempt began");
    const task = { runId, task: body.task, number: body.attempt, ends: [done], left: false };
    task.attempt = new Attempt({ ...body, runId }, traceparent, (chunk) =>
      this.#say(runId, body.task, task.number, { chunk }));
    this.#running.set(key, task);
    this.#perform(agent, key, task, doubtful !== undefined);
  }

  cancel(runId, name, number) {
    const task = this.#running.get(JSON.stringify([runId, name]));
    if (task !== undefined && task.number <= number) {
      task.attempt.abort("cancelled");
    }
  }

  async #perform(agent, key, task, reconciles) {
    await this.#place();
    let answer;
    try {
      if (!task.attempt.aborted && task.attempt.deadline > Date.now()) {
        answer = reconciles ? await task.attempt.reconcile(agent) : await task.attempt.run(agent.call);
        // Here, so that what is no JSON is the agent's fault.
        answer &&= JSON.parse(JSON.stringify(answer));
      }
    } catch (thrown) {
      answer = task.attempt.with({ error: errorOf(thrown) });
    } finally {
      this.#leavePlace();
    }
    this.#end(key, task, answer);
  }

  #place() {
    if (this.#places > 0) {
      this.#places--;
      return undefined;
    }
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  #leavePlace() {
    const next = this.#queue.shift();
    if (next === undefined) {
      this.#places++;
    } else {
      next();
    }
  }

  #end(key, task, answer) {
    if (this.#running.get(key) === task) {
      this.#running.delete(key);
    }
    if (task.left) {
      return;
    }
    const done = () => task.ends.forEach((end) => end());
    if (answer === undefined || task.attempt.aborted) {
      done();
      return;
    }
    const whole = { task: task.task, attempt: task.number, ...answer };
    // Where nothing was done the same attempt comes again, and is to be done then.
    if (answer.notDone === undefined) {
      this.#recent.keep(key, whole.attempt, whole);
    }
    this.#outbox.send(task.runId, whole, done);
  }

  /** Tells of what is under way. */
  beat() {
    for (const task of this.#running.values()) {
      if (!task.attempt.aborted) {
        this.#say(task.runId, task.task, task.number, { heartbeat: true });
      }
    }
  }

  #say(runId, task, attempt, what) {
    this.#outbox.sendSoon(runId, { task, attempt, ...what });
  }

  /** Stops what is under way, which counts as not done. */
  leaveAll() {
    for (const task of this.#running.values()) {
      task.left = true;
      task.attempt.abort("the host closes");
    }
  }
}

