// Forms: fields of commands, and forms that a JSON Schema describes.
import { html, useState } from "./ui.js";

/**
 * A field of a command: name, label, kind (text, lines, number, amount, json, choice, check, schema), value, required.
 * What a field holds is a text, but for checks and forms of a schema.
 */
export function startValue(field) {
  if (field.kind === "check") return field.value ?? false;
  if (field.kind === "schema") return field.value;
  if (field.value === undefined) return field.kind === "choice" ? field.choices[0] : "";
  return typeof field.value === "string" ? field.value : JSON.stringify(field.value, null, 2);
}

/** What is sent of what a field holds, or what is wrong with it. */
export function valueOf(field, held) {
  if (field.kind === "check" || field.kind === "schema") return { value: held };
  const text = (held ?? "").trim();
  if (text === "") return field.required ? { fault: "is missing" } : {};
  if (field.kind === "number") {
    return /^-?[0-9]+$/.test(text) ? { value: Number(text) } : { fault: "is no whole number" };
  }
  if (field.kind === "amount") {
    return /^[0-9]+(\.[0-9]+)?$/.test(text) ? { value: Number(text) } : { fault: "is no amount, such as 20.00" };
  }
  if (field.kind === "json") {
    try {
      return { value: JSON.parse(text) };
    } catch (failed) {
      return { fault: `is no JSON: ${failed.message}` };
    }
  }
  return { value: text };
}

let ids = 0;

export function Field({ field, value, onValue }) {
  const [id] = useState(() => `field-${++ids}`);
  if (field.kind === "check") {
    return html`<p class="field check">
      <input id=${id} type="checkbox" checked=${value} onChange=${(event) => onValue(event.target.checked)} />
      <label for=${id}>${field.label}</label>
    </p>`;
  }
  if (field.kind === "schema") {
    return html`<fieldset>
      <legend>${field.label}</legend>
      <${SchemaForm} schema=${field.schema} value=${value} onValue=${onValue} />
    </fieldset>`;
  }
  return html`<p class="field">
    <label for=${id}>${field.label}${field.required && html`<span class="needed"> (needed)</span>`}</label>
    ${input(field, id, value, onValue)}
  </p>`;
}

function input(field, id, value, onValue) {
  const on = (event) => onValue(event.target.value);
  if (field.kind === "choice") {
    return html`<select id=${id} value=${value} onChange=${on}>
      ${field.choices.map((choice) => html`<option value=${choice} selected=${choice === value}>${choice}</option>`)}
    </select>`;
  }
  if (field.kind === "json" || field.kind === "lines") {
    const rows = Math.min(16, Math.max(3, String(value).split("\n").length));
    return html`<textarea id=${id} rows=${rows} spellcheck="false" onInput=${on} value=${value}></textarea>`;
  }
  return html`<input
    id=${id}
    value=${value}
    inputmode=${field.kind === "number" ? "numeric" : undefined}
    autocomplete="off"
    onInput=${on}
  />`;
}

/* ---------------------------------------------------------------- forms of a schema */

/** A value that a form of the schema may begin with. */
export function blank(schema) {
  if (schema?.default !== undefined) return schema.default;
  if (schema?.const !== undefined) return schema.const;
  if (Array.isArray(schema?.enum)) return schema.enum[0];
  switch (typeOf(schema)) {
    case "boolean":
      return true;
    case "object": {
      const value = {};
      for (const name of schema.required ?? []) value[name] = blank(schema.properties?.[name]);
      return value;
    }
    case "string":
      return "";
    case "array":
      return [];
    default:
      return undefined;
  }
}

function typeOf(schema) {
  const type = Array.isArray(schema?.type) ? schema.type.find((one) => one !== "null") : schema?.type;
  return type ?? (schema?.properties ? "object" : undefined);
}

/** A form for what a JSON Schema describes; what it does not know how to ask is asked for as JSON. */
export function SchemaForm({ schema, value, onValue, label, needed }) {
  const [id] = useState(() => `field-${++ids}`);
  const type = typeOf(schema);
  const title = html`${schema?.title ?? label ?? "Answer"}${needed && html`<span class="needed"> (needed)</span>`}`;
  const help = schema?.description && html`<span class="help" id=${`${id}-help`}>${schema.description}</span>`;
  const described = schema?.description ? `${id}-help` : undefined;
  if (Array.isArray(schema?.enum)) {
    return html`<p class="field">
      <label for=${id}>${title}</label>${help}
      <select id=${id} aria-describedby=${described} onChange=${(event) => onValue(schema.enum[event.target.selectedIndex])}>
        ${schema.enum.map(
          (choice) =>
            html`<option selected=${JSON.stringify(choice) === JSON.stringify(value)}>
              ${typeof choice === "string" ? choice : JSON.stringify(choice)}
            </option>`,
        )}
      </select>
    </p>`;
  }
  if (type === "boolean") {
    return html`<fieldset class="either">
      <legend>${title}</legend>${help}
      ${[true, false].map(
        (choice) =>
          html`<label>
            <input type="radio" name=${id} checked=${value === choice} onChange=${() => onValue(choice)} />
            ${choice ? "Yes" : "No"}
          </label>`,
      )}
    </fieldset>`;
  }
  if (type === "object" && schema.properties && Object.keys(schema.properties).length > 0) {
    const object = value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
    return html`<div class="object">
      ${Object.entries(schema.properties).map(
        ([name, inner]) =>
          html`<${SchemaForm}
            key=${name}
            schema=${inner}
            label=${name}
            needed=${(schema.required ?? []).includes(name)}
            value=${object[name]}
            onValue=${(given) => onValue(withField(object, name, given))}
          />`,
      )}
    </div>`;
  }
  if (type === "string") {
    const on = (event) => onValue(event.target.value === "" && !needed && label ? undefined : event.target.value);
    const long = (schema.maxLength ?? 1_000) > 200;
    return html`<p class="field">
      <label for=${id}>${title}</label>${help}
      ${
        long
          ? html`<textarea id=${id} rows="2" aria-describedby=${described} onInput=${on} value=${value ?? ""}></textarea>`
          : html`<input id=${id} aria-describedby=${described} onInput=${on} value=${value ?? ""} autocomplete="off" />`
      }
    </p>`;
  }
  if (type === "integer" || type === "number") {
    return html`<p class="field">
      <label for=${id}>${title}</label>${help}
      <input
        id=${id}
        type="number"
        step=${type === "integer" ? 1 : "any"}
        min=${schema.minimum}
        max=${schema.maximum}
        aria-describedby=${described}
        value=${value ?? ""}
        onInput=${(event) => onValue(event.target.value === "" ? undefined : Number(event.target.value))}
      />
    </p>`;
  }
  return html`<${AnyJson} id=${id} title=${title} help=${help} value=${value} onValue=${onValue} />`;
}

function withField(object, name, value) {
  const { [name]: _, ...rest } = object;
  return value === undefined ? rest : { ...rest, [name]: value };
}

/** Any JSON; a text that is none is meant as a text. */
function AnyJson({ id, title, help, value, onValue }) {
  const [text, setText] = useState(() =>
    value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2),
  );
  const on = (event) => {
    setText(event.target.value);
    onValue(readAny(event.target.value));
  };
  return html`<p class="field">
    <label for=${id}>${title}</label>${help}
    <textarea id=${id} rows=${Math.min(14, Math.max(2, text.split("\n").length))} spellcheck="false" onInput=${on} value=${text}></textarea>
    <span class="help">JSON; what is none is sent as a text.</span>
  </p>`;
}

export function readAny(text) {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
