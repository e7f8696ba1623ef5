#!/usr/bin/env bash
# json-schema-validator 2.0.4 (com.networknt) and a number within the object of a const or an enum.
#
# JSON Schema 2020-12 compares numbers by their value (core, 4.2.2), so 1 and 1.0 are one, wherever they stand. For a
# number by itself, and within an array of an enum, the library does so; within an object, and within an array of a
# const, it takes 1.0 for another value than 1 and refuses it. Which of the two is written is left to whoever writes the
# JSON: Python writes 1.0 for a float, JavaScript 1, so the answer of an agent is valid or not by its language. Ajv 8.20.0
# takes all of them.
#
# Seen: the lines below. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
packages ajv@8.20.0
libraries com.networknt:json-schema-validator:2.0.4 \
  com.fasterxml.jackson.core:jackson-databind:2.22.4 \
  org.slf4j:slf4j-nop:2.0.17
cat > cases <<'CASES'
{"const": 1} 1.0
{"enum": [1]} 1.0
{"enum": [[1]]} [1.0]
{"const": [1]} [1.0]
{"enum": [{"count":1}]} {"count":1.0}
{"const": {"count":1}} {"count":1.0}
{"const": {"count":1}} {"count":1}
CASES
cat > finding.js <<'JAVASCRIPT'
import fs from "node:fs";
import Ajv from "ajv/dist/2020.js";

for (const line of fs.readFileSync("cases", "utf8").trim().split("\n")) {
  const space = line.lastIndexOf(" ");
  const valid = new Ajv.default().validate(JSON.parse(line.slice(0, space)), JSON.parse(line.slice(space)));
  console.log(`${line}: ${valid ? "valid" : "refused"}`);
}
JAVASCRIPT
cat > Finding.java <<'JAVA'
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.file.Files;
import java.nio.file.Path;

public class Finding {
    public static void main(String[] arguments) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        for (String line : Files.readAllLines(Path.of("cases"))) {
            int space = line.lastIndexOf(' ');
            boolean valid = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(mapper.readTree(line.substring(0, space)))
                    .validate(mapper.readTree(line.substring(space)))
                    .isEmpty();
            System.out.println(line + ": " + (valid ? "valid" : "refused"));
        }
    }
}
JAVA
seen="$(java -cp 'lib/*' Finding.java)"
other="$(node finding.js)"
echo "json-schema-validator 2.0.4, Java $(java -version 2>&1 | head -1 | cut -d'"' -f2)"
echo "$seen"
echo "ajv 8.20.0, Node.js $(node --version)"
echo "$other"
[[ "$seen" == '{"const": 1} 1.0: valid
{"enum": [1]} 1.0: valid
{"enum": [[1]]} [1.0]: valid
{"const": [1]} [1.0]: refused
{"enum": [{"count":1}]} {"count":1.0}: refused
{"const": {"count":1}} {"count":1.0}: refused
{"const": {"count":1}} {"count":1}: valid' ]]
! grep -q refused <<< "$other"
