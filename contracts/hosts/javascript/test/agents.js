/** Agents for the tests of the worker: node agents.js BROKERS PREFIX; says where it serves, and what was aborted. */
import { AgentError, goto, serveHttp, serveKafka, sleep } from "../index.js";

const [brokers, prefix] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${line}\n`);

function work(call) {
  const { mode } = call.input;
  if (mode === "fails" && call.attempt === 1) {
    call.use({ inputTokens: 2 });
    throw new AgentError("not yet", { type: "busy" });
  }
  if (mode === "asks") {
    return { log: `answered ${call.ask("sure?", { assignee: "ada" })}` };
  }
  if (mode === "sleeps" && call.attempt === 1) {
    return sleep(50);
  }
  if (mode === "jumps") {
    return goto("beyond", { log: "jumped" });
  }
  call.emit(`at ${mode}`);
  if (mode === "hangs") {
    return new Promise((resolve) =>
      call.signal.addEventListener("abort", () => {
        say(`cancelled ${call.runId}`);
        resolve();
      }));
  }
  call.log.info(`called as ${call.idempotencyKey}`);
  call.use({ inputTokens: 5, model: "none" });
  return { log: `worked as attempt ${call.attempt}` };
}

const http = await serveHttp({ jshttp: work });
say(`port ${http.port}`);
const kafka = await serveKafka({ jskafka: work }, { brokers: brokers.split(","), prefix, heartbeatEvery: 200, drain: 0 });
say("ready");
process.stdin.on("end", async () => {
  await Promise.all([http.close(), kafka.close()]);
  say("closed");
});
process.stdin.resume();
