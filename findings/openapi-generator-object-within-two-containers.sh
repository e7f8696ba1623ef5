#!/usr/bin/env bash
# openapi-generator 7.25.0 (and 7.17.0) with typescript-fetch, and an object that stands within two containers.
#
# The client names bought_at boughtAt, and a date-time is a Date: OrderToJSON and OrderFromJSON turn one into the other. They
# do so for a list of objects and for a map of them. In a list of lists and in a map of lists they hand the objects on as
# they are, though the types say Array<Array<Item>> and { [key: string]: Array<Item>; } all the same: the request carries
# boughtAt, so it lacks a property that the description requires, and in the answer boughtAt is undefined where the type
# says Date. Redocly finds the description valid, the generator ends with 0 and no warning, and tsc --strict is content.
#
# Seen: the lines below. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
packages typescript@7.0.2 @redocly/cli@2.77.0
libraries org.openapitools:openapi-generator-cli:7.25.0
cat > orders.yaml <<'YAML'
openapi: 3.0.3
info: {title: Orders, version: "1", license: {name: Apache-2.0, url: "https://www.apache.org/licenses/LICENSE-2.0"}}
servers: [{url: "https://orders.test"}]
paths:
  /orders:
    post:
      operationId: order
      summary: Takes an order
      security: []
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses:
        "200": {description: The order, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
        "400": {description: Refused}
components:
  schemas:
    Item: {type: object, required: [bought_at], properties: {bought_at: {type: string, format: date-time}}}
    Items: {type: array, items: {$ref: "#/components/schemas/Item"}}
    Order:
      type: object
      required: [list, map, lists, mapOfLists]
      properties:
        list: {$ref: "#/components/schemas/Items"}
        map: {type: object, additionalProperties: {$ref: "#/components/schemas/Item"}}
        lists: {type: array, items: {$ref: "#/components/schemas/Items"}}
        mapOfLists: {type: object, additionalProperties: {$ref: "#/components/schemas/Items"}}
YAML
cat > finding.ts <<'TYPESCRIPT'
import { Configuration, DefaultApi, type Item, type Order } from "./client/index.js";

const bought = { bought_at: "1970-01-01T00:00:00Z" };
const answer = { list: [bought], map: { a: bought }, lists: [[bought]], mapOfLists: { a: [bought] } };
let sent: any;
const fetchApi = async (_: unknown, init?: RequestInit) => {
  sent = JSON.parse(init!.body as string);
  return new Response(JSON.stringify(answer), { headers: { "Content-Type": "application/json" } });
};

const item: Item = { boughtAt: new Date(0) };
const order: Order = { list: [item], map: { a: item }, lists: [[item]], mapOfLists: { a: [item] } };
const read: Order = await new DefaultApi(new Configuration({ fetchApi })).order({ order });
const times: Record<keyof Order, Date> = {
  list: read.list[0]!.boughtAt,
  map: read.map["a"]!.boughtAt,
  lists: read.lists[0]![0]!.boughtAt,
  mapOfLists: read.mapOfLists["a"]![0]!.boughtAt,
};
for (const [name, time] of Object.entries(times)) {
  console.log(`${name}: sent ${JSON.stringify(sent[name])}, boughtAt read as ${time?.constructor.name}`);
}
TYPESCRIPT
node_modules/.bin/redocly lint orders.yaml > lint 2>&1 || { cat lint; exit 1; }
java -cp 'lib/*' org.openapitools.codegen.OpenAPIGenerator generate -g typescript-fetch -i orders.yaml -o client \
  --additional-properties=importFileExtension=.js > generated 2>&1 || { cat generated; exit 1; }
node_modules/.bin/tsc --strict --target es2022 --module nodenext --outDir out finding.ts
seen="$(grep -E '\] (WARN|ERROR)' generated || true; node out/finding.js)"
echo "openapi-generator 7.25.0, typescript 7.0.2, Node.js $(node --version)"
echo "$seen"
[[ "$seen" == 'list: sent [{"bought_at":"1970-01-01T00:00:00.000Z"}], boughtAt read as Date
map: sent {"a":{"bought_at":"1970-01-01T00:00:00.000Z"}}, boughtAt read as Date
lists: sent [[{"boughtAt":"1970-01-01T00:00:00.000Z"}]], boughtAt read as undefined
mapOfLists: sent {"a":[{"boughtAt":"1970-01-01T00:00:00.000Z"}]}, boughtAt read as undefined' ]]
