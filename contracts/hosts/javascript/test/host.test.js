import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { AgentError, goto, interrupt, output, serveHttp, sleep } from "../index.js";
import { rangeAssigner } from "../lib/assigner.js";
import { Outbox } from "../lib/outbox.js";
import { Progress } from "../lib/progress.js";
import { Tasks } from "../lib/tasks.js";

const TASK = { runId: "r", graph: "g", node: "n", task: "n@1", attempt: 1, input: { name: "Ada" }, deadline: "2100-01-01T00:00:00Z" };

async function asked(agent, more = {}) {
  const host = await serveHttp({ agent });
  try {
    const response = await fetch(`http://127.0.0.1:${host.port}/agent`, { method: "POST", body: JSON.stringify({ ...TASK, ...more }) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } finally {
    await host.close();
  }
}

const bodyOf = async (agent, more) => JSON.parse((await asked(agent, more)).text);

test("what a function returns is written", async () => {
  assert.deepEqual(await bodyOf(({ input }) => ({ greeting: `Hello, ${input.name}` })), { output: { greeting: "Hello, Ada" } });
  assert.deepEqual(await bodyOf(() => {}), {});
  assert.deepEqual(await bodyOf(() => null), { output: null });
});

test("all that an agent may answer", async () => {
  assert.deepEqual(await bodyOf(() => output({ a: 1 })), { output: { a: 1 } });
  assert.deepEqual(await bodyOf(() => goto([{ node: "b", input: 1 }, "c"], { a: 1 })), {
    goto: [{ node: "b", input: 1 }, "c"],
    output: { a: 1 },
  });
  assert.deepEqual(await bodyOf(() => interrupt("sure?")), { interrupt: "sure?" });
  assert.deepEqual(await bodyOf(() => interrupt("sure?", { assignee: "ada", timeout: 60_000 })), {
    interrupt: { ask: "sure?", assignee: "ada", timeout: "PT60S" },
  });
  assert.deepEqual(await bodyOf(() => sleep(1_500)), { sleep: "PT1.5S" });
});

test("a question ends the function, and its answer comes back in the order of the questions", async () => {
  const agent = (call) => ({ first: call.ask("first?"), second: call.ask("second?") });
  assert.deepEqual(await bodyOf(agent), { interrupt: "first?" });
  assert.deepEqual(await bodyOf(agent, { answers: [1] }), { interrupt: "second?" });
  assert.deepEqual(await bodyOf(agent, { answers: [1, 2] }), { output: { first: 1, second: 2 } });
});

test("logs and what was consumed go along", async () => {
  const answer = await bodyOf((call) => {
    call.log.info("at work", { step: 1 });
    call.use({ inputTokens: 3, cost: 0.5 });
    call.use({ inputTokens: 1, outputTokens: 2, model: "m" });
    return { key: call.idempotencyKey };
  });
  assert.deepEqual(answer, {
    output: { key: "r/n@1" },
    logs: [{ level: "info", message: "at work", fields: { step: 1 } }],
    usage: { inputTokens: 4, outputTokens: 2, cost: 0.5, model: "m" },
  });
});

test("chunks make the answer a stream", async () => {
  const { text, headers } = await asked((call) => {
    call.emit("Hel");
    call.emit("lo");
    return { a: 1 };
  });
  assert.equal(headers.get("content-type"), "application/x-ndjson");
  assert.deepEqual(text.trim().split("\n").map((line) => JSON.parse(line)), [{ chunk: "Hel" }, { chunk: "lo" }, { output: { a: 1 } }]);
});

test("errors say whether to try again, and when", async () => {
  const mayHelp = await asked(() => {
    throw new Error("not yet");
  });
  assert.equal(mayHelp.status, 503);
  assert.deepEqual(JSON.parse(mayHelp.text), { error: { type: "Error", message: "not yet", retryable: true } });
  const never = await asked((call) => {
    call.use({ inputTokens: 3 });
    throw new AgentError("no such customer", { type: "unknown-customer", retryable: false });
  });
  assert.equal(never.status, 422);
  assert.deepEqual(JSON.parse(never.text), {
    error: { type: "unknown-customer", message: "no such customer", retryable: false },
    usage: { inputTokens: 3, outputTokens: 0 },
  });
  const later = await asked(() => {
    throw new AgentError("busy", { retryAfter: "PT1M1.5S" });
  });
  assert.equal(later.headers.get("retry-after"), "62");
});

test("what is no call is refused, and stops nobody", async () => {
  const host = await serveHttp({ agent: () => 1 });
  const url = `http://127.0.0.1:${host.port}`;
  const status = async (path, options) => (await fetch(url + path, options)).status;
  assert.equal(await status("/other", { method: "POST", body: "{}" }), 404);
  assert.equal(await status("/agent"), 405);
  assert.equal(await status("/agent", { method: "POST", body: "no json" }), 400);
  assert.equal(await status("/agent", { method: "POST", body: "{}" }), 400);
  assert.equal(await status("/agent", { method: "POST", body: JSON.stringify(TASK) }), 200);
  await host.close();
});

test("whoever hangs up aborts the call", async () => {
  const hangUp = new AbortController();
  let aborted;
  const over = new Promise((resolve) => {
    aborted = resolve;
  });
  const host = await serveHttp({
    agent: (call) => {
      call.signal.addEventListener("abort", aborted);
      hangUp.abort();
      return over;
    },
  });
  await assert.rejects(fetch(`http://127.0.0.1:${host.port}/agent`, { method: "POST", body: JSON.stringify(TASK), signal: hangUp.signal }));
  await over;
  await host.close();
});

/** Takes what is sent, and fails where it is told to. */
class Kafka {
  sent = [];
  failures = [];

  async send({ messages }) {
    const failure = this.failures.shift();
    if (failure !== undefined) {
      throw failure;
    }
    this.sent.push(...messages.map(({ key, value }) => ({ key, ...JSON.parse(value) })));
  }
}

function hosted(parallelism = 4) {
  const kafka = new Kafka();
  const outbox = new Outbox(kafka, "results");
  return { kafka, outbox, tasks: new Tasks(outbox, parallelism) };
}

const begun = (tasks, call, more = {}, reconcile = undefined) =>
  new Promise((resolve) => tasks.begin({ call, reconcile }, "r", { ...TASK, ...more }, "", resolve));

test("a task is done once its answer is stored", async () => {
  const { kafka, tasks } = hosted();
  await begun(tasks, () => ({ a: 1 }));
  assert.deepEqual(kafka.sent, [{ key: "r", task: "n@1", attempt: 1, output: { a: 1 } }]);
});

test("a task that comes again is answered as before, or joins what is under way", async () => {
  const { kafka, tasks } = hosted();
  let calls = 0;
  let go;
  const work = () => {
    calls++;
    return new Promise((resolve) => {
      go = resolve;
    });
  };
  const all = Promise.all([begun(tasks, work), begun(tasks, work)]);
  await new Promise(setImmediate);
  go(7);
  await all;
  await begun(tasks, work);
  assert.equal(calls, 1);
  assert.deepEqual(kafka.sent.map((said) => said.output ?? said.underWay), [true, 7, 7]);
});

test("whoever is asked about work in doubt says what came of it", async () => {
  const { kafka, tasks } = hosted();
  const asks = { attempt: 2, reconcile: true, doubtful: 1 };
  await begun(tasks, () => assert.fail("not to be done"), asks, () => undefined);
  await begun(tasks, () => 1, { attempt: 2 });
  await begun(tasks, () => assert.fail("not to be done"), { ...asks, attempt: 3, doubtful: 2 });
  await begun(tasks, () => assert.fail("not to be done"), { ...asks, task: "other@1" }, () => output("found"));
  assert.deepEqual(kafka.sent.map(({ attempt, notDone, output: found }) => [attempt, notDone ?? found]), [[2, true], [2, 1], [3, 1], [2, "found"]]);
});

test("a cancelled task is told so, and answers nothing", async () => {
  const { kafka, tasks } = hosted();
  const over = begun(tasks, (call) => new Promise((_, reject) => call.signal.addEventListener("abort", () => reject(call.signal.reason))));
  await new Promise(setImmediate);
  tasks.cancel("r", "n@1", 1);
  await over;
  assert.deepEqual(kafka.sent, []);
});

test("a task that is left because the host closes is not done", async () => {
  const { kafka, tasks, outbox } = hosted();
  let done = false;
  begun(tasks, (call) => new Promise((resolve) => call.signal.addEventListener("abort", resolve))).then(() => {
    done = true;
  });
  await new Promise(setImmediate);
  tasks.leaveAll();
  while (tasks.underWay > 0) {
    await new Promise(setImmediate);
  }
  await outbox.close();
  assert.deepEqual([done, kafka.sent], [false, []]);
});

test("an answer that is too large becomes an error that says so", async () => {
  const { kafka, tasks } = hosted();
  kafka.failures.push(Object.assign(new Error("larger than the max size"), { type: "MESSAGE_TOO_LARGE" }));
  await begun(tasks, () => 1);
  assert.deepEqual(kafka.sent[0].error, { type: "kafka.answer-too-large", message: "larger than the max size", retryable: false });
});

test("a topic that takes not even that an answer is too large is not tried for ever", async () => {
  const { kafka, tasks } = hosted();
  for (let i = 0; i < 2; i++) {
    kafka.failures.push(Object.assign(new Error("larger than the max size"), { type: "MESSAGE_TOO_LARGE" }));
  }
  await begun(tasks, () => 1);
  await begun(tasks, () => 2, { task: "n@2" });
  assert.deepEqual(kafka.sent.map((answer) => answer.output), [2]);
});

test("an answer is sent until Kafka has it", async () => {
  const { kafka, tasks } = hosted();
  kafka.failures.push(new Error("away"));
  await begun(tasks, () => 1);
  assert.equal(kafka.sent[0].output, 1);
});

test("no more tasks run at once than there are places for", async () => {
  const { tasks } = hosted(2);
  let most = 0;
  let now = 0;
  const work = async () => {
    most = Math.max(most, ++now);
    await new Promise(setImmediate);
    now--;
  };
  await Promise.all([...Array(10).keys()].map((i) => begun(tasks, work, { task: `n@${i}` })));
  assert.equal(most, 2);
});

test("what is behind an open record is not told of as done", () => {
  const progress = new Progress();
  const first = progress.begin("t", 0, "41");
  const second = progress.begin("t", 0, "42");
  second();
  assert.deepEqual(progress.news(), []);
  first();
  assert.deepEqual(progress.news(), [{ topic: "t", partition: 0, offset: "43" }]);
  assert.deepEqual(progress.news(), []);
});

test("partitions are shared by those that read them, as clients in other languages do", async () => {
  const { AssignerProtocol } = (await import("kafkajs")).default;
  const cluster = {
    addTargetTopic: async (topic) => {
      if (topic === "gone") {
        throw new Error("unknown topic");
      }
    },
    findTopicPartitionMetadata: () => [2, 0, 1].map((partitionId) => ({ partitionId })),
  };
  const { assign, protocol } = rangeAssigner(AssignerProtocol)({ cluster });
  const member = (memberId, topics) => ({ memberId, memberMetadata: protocol({ topics }).metadata });
  const shares = await assign({ members: [member("b", ["one", "gone"]), member("c", ["two"]), member("a", ["one"])] });
  const read = shares.map(({ memberId, memberAssignment }) => [memberId, AssignerProtocol.MemberAssignment.decode(memberAssignment).assignment]);
  assert.deepEqual(Object.fromEntries(read), { a: { one: [0, 1] }, b: { one: [2] }, c: { two: [0, 1, 2] } });
});

test("over HTTP an agent is asked what came of an attempt in doubt", async () => {
  const calls = [];
  const known = {};
  let going;
  let finish;
  const begun = new Promise((resolve) => (going = resolve));
  const over = new Promise((resolve) => (finish = resolve));
  const call = async ({ attempt }) => {
    calls.push(attempt);
    going();
    await over;
  };
  const host = await serveHttp({ agent: { call, reconcile: ({ task }) => known[task] } });
  const post = async (more) => {
    const body = JSON.stringify({ ...TASK, ...more });
    return (await fetch(`http://127.0.0.1:${host.port}/agent`, { method: "POST", body })).json();
  };
  const ask = (more = {}) => post({ attempt: 2, reconcile: true, doubtful: 2, ...more });
  try {
    assert.deepEqual(await ask(), { notDone: true });
    known["m@1"] = { a: "before" };
    assert.deepEqual(await ask({ task: "m@1" }), { output: { a: "before" } });
    const first = post({});
    await begun;
    assert.deepEqual(await ask(), { underWay: true });
    finish();
    await first;
    // Attempt 2 only asked, which whoever took the task over does not know.
    assert.deepEqual(await ask(), { output: null });
    assert.deepEqual(calls, [1]);
  } finally {
    finish();
    await host.close();
  }
});

test("the types name what the package has", async () => {
  for (const entry of ["index", "import", "langgraph"]) {
    const types = await readFile(new URL(`../${entry}.d.ts`, import.meta.url), "utf8");
    const named = [...types.matchAll(/^export (?:function|class|const) (\w+)/gm)].map(([, name]) => name);
    assert.deepEqual([...new Set(named)].sort(), Object.keys(await import(`../${entry}.js`)).sort());
  }
});
