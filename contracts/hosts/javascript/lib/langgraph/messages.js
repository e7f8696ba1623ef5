import { isMessage, listed } from "./shape.js";

const ROLES = { human: "user", ai: "assistant" };

/** Messages as JSON, each with an id that is the same in every attempt. */
export function messagesToJson(write, task, coerce) {
  return listed(write).map((like, i) => messageToJson(isMessage(like) || isRemoval(like) ? like : coerce(like), `${task}#${i}`));
}

const isRemoval = (like) => like?.type === "remove" && typeof like.id === "string";

export function messageToJson(message, id) {
  const type = isMessage(message) ? message.getType() : message.type;
  if (type === "remove") {
    return { type, id: message.id };
  }
  const json = { id: message.id ?? id, role: message.role ?? ROLES[type] ?? type, content: message.content };
  if (message.name !== undefined) {
    json.name = message.name;
  }
  if (message.tool_calls?.length > 0) {
    json.tool_calls = message.tool_calls;
  }
  for (const field of ["tool_call_id", "status"]) {
    if (message[field] !== undefined) {
      json[field] = message[field];
    }
  }
  return json;
}

/** Messages within any value become JSON. */
export function plain(value, task, path = "") {
  if (isMessage(value)) {
    return messageToJson(value, `${task}#${path}`);
  }
  if (Array.isArray(value)) {
    return value.map((item, i) => plain(item, task, `${path}${i}.`));
  }
  if (value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, task, `${path}${key}.`)]));
  }
  return value;
}
