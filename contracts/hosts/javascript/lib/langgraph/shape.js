/** What LangGraph's objects are told by, so that it does not matter which copy of it made them. */

export const isCommand = (value) => value?.lg_name === "Command";
export const isSend = (value) => value?.lg_name === "Send";
export const isMessage = (value) => typeof value?.getType === "function" && Array.isArray(value?.lc_namespace);
export const listed = (value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);

export const START = "__start__";
export const END = "__end__";
export const PARENT = "__parent__";

/** A name as Postroad takes it. */
export function legal(name) {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "").slice(0, 64);
  if (plain === "") {
    throw new TypeError(`there is no name for ${name}; use letters and digits`);
  }
  return plain;
}

export function node(name) {
  return name === START ? "START" : name === END ? "END" : legal(name);
}
