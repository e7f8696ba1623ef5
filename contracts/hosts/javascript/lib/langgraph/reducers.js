/** Finds the reducer of Postroad that does what one of LangGraph does, by what it makes of examples. */

const EXAMPLES = [
  ["append", [[[[1, 2], [3]], [1, 2, 3]], [[[], [2, 1]], [2, 1]], [[[1], [1]], [1, 1]]]],
  ["union", [[[[1, 2], [3]], [1, 2, 3]], [[[1], [1]], [1]]]],
  ["sum", [[[2, 3], 5], [[-1, 4], 3], [[0, 7], 7]]],
  ["max", [[[2, 3], 3], [[3, 2], 3], [[-1, 4], 4]]],
  ["min", [[[2, 3], 2], [[3, 2], 2], [[-1, 4], -1]]],
  ["merge", [[[{ a: 1 }, { b: 2 }], { a: 1, b: 2 }], [[{ a: 1 }, { a: 2 }], { a: 2 }]]],
  ["last", [[[1, 2], 2], [["a", "b"], "b"], [[[1], [2]], [2]], [[{ a: 1 }, { b: 2 }], { b: 2 }]]],
];

/** Its name; undefined where there is none. */
export function reducerOf(channel) {
  const kind = channel.lc_graph_name;
  if (kind === "LastValue") {
    return "last";
  }
  if (kind !== "BinaryOperatorAggregate") {
    return undefined;
  }
  if (channel.operator.name === "messagesStateReducer" || channel.operator.name === "addMessages" || isConversation(channel.operator)) {
    return "messages";
  }
  return EXAMPLES.find(([, cases]) => cases.every(([given, expected]) => makes(channel.operator, given, expected)))?.[0];
}

function makes(operator, given, expected) {
  try {
    return JSON.stringify(operator(...structuredClone(given))) === JSON.stringify(expected);
  } catch {
    return false;
  }
}

function isConversation(operator) {
  try {
    const [first, second] = operator([], [{ role: "user", content: "a", id: "1" }, { role: "user", content: "b", id: "2" }]);
    return first?.getType?.() === "human" && second?.id === "2";
  } catch {
    return false;
  }
}

/** The default of a channel as JSON; undefined where there is none. */
export function defaultOf(channel) {
  try {
    const made = channel.initialValueFactory?.();
    return made === undefined || made === null ? undefined : JSON.parse(JSON.stringify(made));
  } catch {
    return undefined;
  }
}

/** What a channel holds after a write. */
export function written(channel, before, write) {
  return channel?.operator === undefined ? write : channel.operator(before ?? channel.initialValueFactory?.(), write);
}
