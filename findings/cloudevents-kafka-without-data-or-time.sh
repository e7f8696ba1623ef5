#!/usr/bin/env bash
# cloudevents 10.0.0 (JavaScript), its Kafka binding, and events that leave out what may be left out.
#
# CloudEvents 1.0 makes time and data optional, and its Kafka binding says how an event without data goes in binary mode:
# as a message with headers and a null value. Kafka.toEvent answers such a message "Value is null or undefined", and so
# it does those that Kafka.binary of the same package makes of events whose data is 0, false or "", each a value of JSON;
# in structured mode they are read. A structured message without time ends in "RangeError: Invalid time value"; in binary
# mode it is read. A consumer so stops at a sound record that another SDK has written. Over HTTP the package reads both.
#
# Seen: the lines below. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
packages cloudevents@10.0.0
cat > finding.js <<'JAVASCRIPT'
import { CloudEvent, HTTP, Kafka } from "cloudevents";

const required = { specversion: "1.0", id: "1", source: "/shop", type: "paid" };
const binary = { ce_specversion: "1.0", ce_id: "1", ce_source: "/shop", ce_type: "paid" };
const overHttp = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/shop", "ce-type": "paid" };
const structured = { "content-type": "application/cloudevents+json" };

function read(name, action) {
  try {
    console.log(`${name}: read, data ${JSON.stringify(action().data)}`);
  } catch (failure) {
    console.log(`${name}: ${failure.name}: ${failure.message}`);
  }
}

read("binary, null value", () => Kafka.toEvent({ headers: binary, value: null }));
read("HTTP binary, no body", () => HTTP.toEvent({ headers: overHttp, body: undefined }));
for (const data of [1, 0, false, ""]) {
  read(`binary, made of data ${JSON.stringify(data)}`, () => Kafka.toEvent(Kafka.binary(new CloudEvent({ ...required, data }))));
}
read("structured, made of data 0", () => Kafka.toEvent(Kafka.structured(new CloudEvent({ ...required, data: 0 }))));
const text = JSON.stringify({ ...required, data: 1 });
read("structured, no time", () => Kafka.toEvent({ headers: structured, value: text }));
read("binary, no time", () => Kafka.toEvent({ headers: binary, value: "1" }));
read("HTTP structured, no time", () => HTTP.toEvent({ headers: structured, body: text }));
JAVASCRIPT
seen="$(node finding.js)"
echo "cloudevents 10.0.0, Node.js $(node --version)"
echo "$seen"
[[ "$seen" == 'binary, null value: TypeError: Value is null or undefined
HTTP binary, no body: read, data undefined
binary, made of data 1: read, data 1
binary, made of data 0: TypeError: Value is null or undefined
binary, made of data false: TypeError: Value is null or undefined
binary, made of data "": TypeError: Value is null or undefined
structured, made of data 0: read, data 0
structured, no time: RangeError: Invalid time value
binary, no time: read, data "1"
HTTP structured, no time: read, data 1' ]]
