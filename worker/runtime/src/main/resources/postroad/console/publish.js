// Definitions are changed by publishing them anew: what is changed is read when somebody asks for it, and shown whole.
import { get } from "./api.js";
import { ask, may, say } from "./commands.js";
import { html } from "./ui.js";

/** A button that reads something before it opens the dialog of a command; not there for those who may not. */
export function Later({ right = "publish", make, title, children, kind = "" }) {
  if (!may(right)) return null;
  const open = async () => {
    try {
      ask(await make());
    } catch (refused) {
      say(refused.message);
    }
  };
  return html`<button type="button" class=${kind} title=${`Sends ${title}`} onClick=${open}>${children}</button>`;
}

/** The newest definition of a graph. */
export const definitionOf = async (graph) => (await get(`/api/graphs/${encodeURIComponent(graph)}`)).definition;

/**
 * A command that publishes a graph with one thing changed.
 * @param change makes the definition other than it is, by what was filled in
 */
export function redefine({ title, verb, text, fields, definition, change, done }) {
  return {
    title,
    verb,
    text,
    fields,
    wide: true,
    path: "/api/registry",
    line: () => `postroad apply ${definition.graph}.yaml`,
    body: (values) => {
      const changed = structuredClone(definition);
      change(changed, values);
      return changed;
    },
    said: () => `${definition.graph} is published; its new runs go by it`,
    done,
  };
}
