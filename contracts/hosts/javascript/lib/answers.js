/** What an agent answers, as the workers read it. */
export class Answer {
  constructor(body) {
    this.body = body;
  }
}

export class AgentError extends Error {
  constructor(message, { type, retryable = true, retryAfter, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "AgentError";
    this.type = type;
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }
}

/** Ends a function whose question nobody answered yet. */
export class Asked extends Error {
  constructor(answer) {
    super("waits for an answer; let this pass, the host handles it");
    this.answer = answer;
  }
}

export function duration(time) {
  if (typeof time === "number") {
    if (!(time > 0) || !Number.isFinite(time)) {
      throw new RangeError(`${time} ms is no time; give a number above 0`);
    }
    return `PT${Math.max(1, Math.round(time)) / 1000}S`;
  }
  return time;
}

export function output(writes) {
  return new Answer({ output: writes === undefined ? null : writes });
}

export function goto(targets, writes) {
  const body = { goto: targets };
  if (writes !== undefined) {
    body.output = writes;
  }
  return new Answer(body);
}

export function interrupt(question, asking) {
  if (question === undefined || question === null) {
    throw new TypeError("a question is missing; give any JSON but null");
  }
  if (asking === undefined) {
    return new Answer({ interrupt: question });
  }
  const asked = { ask: question, ...asking };
  for (const name of ["timeout", "remindEvery"]) {
    if (asked[name] !== undefined) {
      asked[name] = duration(asked[name]);
    }
  }
  return new Answer({ interrupt: asked });
}

export function sleep(time) {
  return new Answer({ sleep: duration(time) });
}

/** What stands for a value that a function returned. */
export function answerOf(value) {
  if (value instanceof Answer) {
    return value.body;
  }
  return value === undefined ? {} : { output: value };
}

/** What stands for something that a function threw. */
export function errorOf(thrown) {
  const error = {
    type: (thrown instanceof AgentError && thrown.type) || thrown?.name || "Error",
    message: String(thrown?.message ?? thrown),
    retryable: !(thrown instanceof AgentError) || thrown.retryable,
  };
  if (thrown instanceof AgentError && thrown.retryAfter !== undefined) {
    error.retryAfter = duration(thrown.retryAfter);
  }
  return error;
}
