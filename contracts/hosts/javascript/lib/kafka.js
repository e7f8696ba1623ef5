import { rangeAssigner } from "./assigner.js";
import { checked } from "./call.js";
import { Outbox } from "./outbox.js";
import { Progress } from "./progress.js";
import { Tasks } from "./tasks.js";

const LOOK_EVERY = 1_000;
const COMMIT_EVERY = 200;
const WAIT = 20;
/** So much that Kafka does not have is no sign of anything. */
const UNSENT_AT_EASE = 1_000;

/** Serves agents of kind kafka. */
export async function serveKafka(agents, options) {
  const { Kafka, logLevel, AssignerProtocol } = (await import("kafkajs")).default;
  const host = new KafkaHost(checked(agents), options, { Kafka, logLevel, AssignerProtocol });
  try {
    await host.start();
  } catch (failure) {
    await host.close().catch(() => {});
    throw failure;
  }
  return host;
}

class KafkaHost {
  #agents = new Map();
  #options;
  #kafka;
  #producer;
  #consumer;
  #outbox;
  #tasks;
  #progress = new Progress();
  #timers = [];
  #closing = false;
  #problem;

  constructor(agents, options, { Kafka, logLevel, AssignerProtocol }) {
    const { brokers, client = {}, prefix = "postroad.", group = `${prefix}agents` } = options;
    const { parallelism = 64, heartbeatEvery = 5_000, drain = 10_000 } = options;
    this.#options = { prefix, group, parallelism, heartbeatEvery, drain };
    agents.forEach((agent, name) => this.#agents.set(`${prefix}agent-tasks.${name}`, agent));
    this.#kafka = new Kafka({ clientId: "postroad-agents", logLevel: logLevel.ERROR, ...client, brokers });
    this.#producer = this.#kafka.producer({ allowAutoTopicCreation: false });
    this.#consumer = this.#kafka.consumer({
      groupId: group,
      allowAutoTopicCreation: false,
      partitionAssigners: [rangeAssigner(AssignerProtocol)],
    });
    this.#outbox = new Outbox(this.#producer, `${prefix}agent-results`);
    this.#tasks = new Tasks(this.#outbox, parallelism);
  }

  get underWay() {
    return this.#tasks.underWay;
  }

  get problem() {
    return this.#problem ?? this.#outbox.problem;
  }

  async start() {
    await this.#producer.connect();
    await this.#topicsAreThere();
    await this.#consumer.connect();
    this.#consumer.on(this.#consumer.events.GROUP_JOIN, () => {
      // All partitions are read again from what was committed; tasks that are under way are known by their name.
      this.#progress.forget();
      this.#problem = undefined;
    });
    this.#consumer.on(this.#consumer.events.CRASH, ({ payload }) => {
      this.#problem = payload.error.message;
    });
    const joined = new Promise((resolve) => this.#consumer.on(this.#consumer.events.GROUP_JOIN, resolve));
    await this.#consumer.subscribe({ topics: [...this.#agents.keys()], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 8,
      eachBatch: (batch) => this.#take(batch),
    });
    await joined;
    this.#every(this.#options.heartbeatEvery, () => this.#tasks.beat());
    this.#every(COMMIT_EVERY, () => this.#commit());
  }

  #every(millis, work) {
    this.#timers.push(setInterval(work, millis));
  }

  /** Workers make the topic of an agent when its definition is published. */
  async #topicsAreThere() {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      while (!this.#closing) {
        const there = new Set(await admin.listTopics());
        const missing = [...this.#agents.keys()].filter((topic) => !there.has(topic));
        if (missing.length === 0) {
          return;
        }
        this.#problem = `there is no topic ${missing.join(", ")}; publish the agent with kind: kafka`;
        await pause(LOOK_EVERY);
      }
    } finally {
      await admin.disconnect();
    }
  }

  /** Whether so much waits, to be done or to be taken by Kafka, that no more is to be taken. */
  #isFull() {
    const most = 2 * this.#options.parallelism;
    return this.#tasks.underWay >= most || this.#outbox.unsent >= Math.max(most, UNSENT_AT_EASE);
  }

  async #take({ batch, resolveOffset, heartbeat, isRunning, isStale }) {
    for (const message of batch.messages) {
      while (this.#isFull() && isRunning() && !isStale()) {
        await heartbeat();
        await pause(WAIT);
      }
      if (!isRunning() || isStale() || this.#closing) {
        return;
      }
      this.#one(batch, message);
      resolveOffset(message.offset);
    }
    await heartbeat();
  }

  #one(batch, { key, value, headers, offset }) {
    const done = this.#progress.begin(batch.topic, batch.partition, offset);
    try {
      const runId = key?.toString("utf8") ?? "";
      const body = JSON.parse(value?.toString("utf8") ?? "null");
      if (typeof body?.task !== "string") {
        throw new TypeError('"task" is missing');
      }
      if (body.cancelled === true) {
        const number = Number(headers?.["postroad-attempt"]?.toString() ?? Number.NaN);
        this.#tasks.cancel(runId, body.task, Number.isNaN(number) ? Infinity : number);
        done();
        return;
      }
      if (!Number.isSafeInteger(body.attempt)) {
        throw new TypeError('"attempt" is missing');
      }
      this.#tasks.begin(this.#agents.get(batch.topic), runId, body, headers?.traceparent?.toString(), done);
    } catch (noTask) {
      this.#problem = `a record of ${batch.topic} is no task: ${noTask.message}`;
      done();
    }
  }

  async #commit() {
    const places = this.#progress.news();
    if (places.length === 0) {
      return;
    }
    try {
      await this.#consumer.commitOffsets(places);
    } catch (failure) {
      // The partitions are others' by now, or the tasks come again and are known.
      this.#problem = failure.message;
    }
  }

  async close() {
    this.#closing = true;
    if (this.#timers.length > 0) {
      this.#consumer.pause([...this.#agents.keys()].map((topic) => ({ topic })));
    }
    const until = Date.now() + this.#options.drain;
    while (this.#tasks.underWay > 0 && Date.now() < until) {
      await pause(WAIT);
    }
    this.#tasks.leaveAll();
    await this.#outbox.close();
    this.#timers.forEach(clearInterval);
    await this.#commit();
    await this.#consumer.disconnect();
    await this.#producer.disconnect();
  }
}

function pause(millis) {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
