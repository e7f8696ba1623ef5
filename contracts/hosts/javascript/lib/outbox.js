const MOST_WAITING = 10_000;
const MOST_AT_ONCE = 500;
const PAUSE = 1_000;

/**
 * Sends records in their order, as many at once as wait. What is sent until Kafka has it says so; the rest is dropped where
 * too much waits.
 */
export class Outbox {
  #producer;
  #topic;
  #waiting = [];
  #sending = false;
  #loop = Promise.resolve();
  #closing = false;
  problem;

  constructor(producer, topic) {
    this.#producer = producer;
    this.#topic = topic;
  }

  /** How much Kafka does not have yet. */
  get unsent() {
    return this.#waiting.length;
  }

  /** For heartbeats and chunks. */
  sendSoon(runId, value) {
    if (this.#waiting.length < MOST_WAITING) {
      this.#add({ runId, value });
    }
  }

  /** For answers: whose sending ends when Kafka has it. */
  send(runId, value, stored) {
    this.#add({ runId, value, stored });
  }

  #add(record) {
    this.#waiting.push({ ...record, bytes: JSON.stringify(record.value) });
    if (!this.#sending) {
      this.#sending = true;
      this.#loop = this.#sendAll();
    }
  }

  async #sendAll() {
    // Whatever else is said in this turn goes along.
    await undefined;
    while (this.#waiting.length > 0) {
      const records = this.#waiting.splice(0, MOST_AT_ONCE);
      const failure = await this.#try(records);
      if (failure === undefined) {
        records.forEach((record) => record.stored?.());
      } else if (isTooLarge(failure) && records.length > 1) {
        for (const record of records) {
          await this.#one(record);
        }
      } else {
        await this.#again(records, failure);
      }
    }
    // In the same turn as nothing waits, or whoever comes now is forgotten.
    this.#sending = false;
  }

  async #one(record) {
    const failure = await this.#try([record]);
    if (failure === undefined) {
      record.stored?.();
    } else {
      await this.#again([record], failure);
    }
  }

  async #again(records, failure) {
    if (isTooLarge(failure)) {
      const { runId, value, stored } = records[0];
      if (value === undefined) {
        // Not even that it is too large fits; nobody waits for ever.
        stored();
      } else if (stored !== undefined) {
        const { task, attempt } = value;
        const error = { type: "kafka.answer-too-large", message: failure.message, retryable: false };
        this.#waiting.unshift({ runId, stored, bytes: JSON.stringify({ task, attempt, error }) });
      }
      return;
    }
    const answers = records.filter((record) => record.stored !== undefined);
    if (this.#closing) {
      // Their tasks are not done, and come again elsewhere.
      return;
    }
    this.#waiting.unshift(...answers);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }

  async #try(records) {
    try {
      await this.#producer.send({
        topic: this.#topic,
        acks: -1,
        messages: records.map((record) => ({ key: record.runId, value: record.bytes })),
      });
      this.problem = undefined;
      return undefined;
    } catch (failure) {
      this.problem = failure.message;
      return failure;
    }
  }

  /** Once all that waits was tried once more. */
  async close() {
    this.#closing = true;
    await this.#loop;
  }
}

function isTooLarge(failure) {
  return failure.type === "MESSAGE_TOO_LARGE" || failure.type === "RECORD_LIST_TOO_LARGE";
}
