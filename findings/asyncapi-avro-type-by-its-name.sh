#!/usr/bin/env bash
# @asyncapi/parser 3.6.6 with @asyncapi/avro-schema-parser 3.1.0, and a type of Avro that is used again by its name.
#
# Avro names a type once and lets it be used by that name afterwards; its specification (Schema Record) shows a list that
# refers to itself, whose last element has next null. The parser puts the JSON Schema {} in place of such a name, which
# everything fits: so null fits both branches of the oneOf that stands for ["null", "LongList"], and is refused, while an
# element that is no element is taken. A type is lost likewise as the items of an array and by its full name; only a field
# that has the bare name as its type is understood. No diagnostic tells of it, and who checks records of Kafka by the
# parsed description refuses sound ones and takes others. avsc 5.7.9 reads the same schemas as Avro means them.
#
# Seen: the lines below. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
packages @asyncapi/parser@3.6.6 @asyncapi/avro-schema-parser@3.1.0 ajv@8.20.0 avsc@5.7.9
cat > finding.js <<'JAVASCRIPT'
import { Parser } from "@asyncapi/parser";
import { AvroSchemaParser } from "@asyncapi/avro-schema-parser";
import Ajv from "ajv";
import avro from "avsc";

const parser = new Parser();
parser.registerSchemaParser(AvroSchemaParser());

function record(...fields) {
  return { type: "record", name: "Order", namespace: "shop", fields };
}

async function jsonSchema(schema) {
  const payload = { schemaFormat: "application/vnd.apache.avro;version=1.9.0", schema };
  const channels = { orders: { address: "orders", messages: { order: { payload } } } };
  const description = { asyncapi: "3.0.0", info: { title: "Orders", version: "1" }, channels };
  const { document, diagnostics } = await parser.parse(JSON.stringify(description));
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 0);
  if (errors.length) throw new Error(errors[0].message);
  return document.channels().get("orders").messages().get("order").payload().json().schema;
}

const list = { ...record({ name: "value", type: "long" }, { name: "next", type: ["null", "LongList"] }), name: "LongList" };
const state = { name: "state", type: { type: "enum", name: "State", symbols: ["OPEN", "PAID"] } };

for (const [name, schema, data] of [
  ["list", list, { value: 1, next: null }],
  ["list", list, { value: 1, next: { value: "no number", next: null } }],
  ["field", record(state, { name: "before", type: "State" }), { state: "OPEN", before: "NONE" }],
  ["full name", record(state, { name: "before", type: "shop.State" }), { state: "OPEN", before: "NONE" }],
  ["items", record(state, { name: "before", type: { type: "array", items: "State" } }), { state: "OPEN", before: ["NONE"] }],
]) {
  const byAvro = avro.Type.forSchema(schema).isValid(data);
  const byJsonSchema = new Ajv.default({ strict: false }).validate(await jsonSchema(schema), data);
  const told = (valid) => (valid ? "valid" : "refused");
  console.log(`${name} ${JSON.stringify(data)}: Avro ${told(byAvro)}, AsyncAPI ${told(byJsonSchema)}`);
}
JAVASCRIPT
seen="$(node finding.js)"
echo "@asyncapi/parser 3.6.6, @asyncapi/avro-schema-parser 3.1.0, ajv 8.20.0, avsc 5.7.9, Node.js $(node --version)"
echo "$seen"
[[ "$seen" == 'list {"value":1,"next":null}: Avro valid, AsyncAPI refused
list {"value":1,"next":{"value":"no number","next":null}}: Avro refused, AsyncAPI valid
field {"state":"OPEN","before":"NONE"}: Avro refused, AsyncAPI refused
full name {"state":"OPEN","before":"NONE"}: Avro refused, AsyncAPI valid
items {"state":"OPEN","before":["NONE"]}: Avro refused, AsyncAPI valid' ]]
