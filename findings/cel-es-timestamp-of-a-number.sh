#!/usr/bin/env bash
# @bufbuild/cel 0.6.1 and a timestamp that is made of a number.
#
# CEL's timestamp(int) takes seconds since 1970, as int(timestamp) gives them, so that the two undo each other; so it is in
# dev.cel 0.14.0 (Java). Here int(timestamp) gives seconds, yet timestamp(int) takes milliseconds: the way there and back
# ends in January 1970, and a rule such as now - timestamp(job.started) < duration('1h') is never true. Nothing fails on
# the way.
#
# Seen: 1970-01-21T10:53:45.600Z for what Java reads as 2026-01-01T00:00:00Z. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
packages @bufbuild/cel@0.6.1
libraries dev.cel:cel:0.14.0 org.slf4j:slf4j-nop:2.0.17
cat > expressions <<'CEL'
int(timestamp('2026-01-01T00:00:00Z'))
string(timestamp(1767225600))
timestamp(int(timestamp('2026-01-01T00:00:00Z'))) == timestamp('2026-01-01T00:00:00Z')
CEL
cat > finding.js <<'JAVASCRIPT'
import fs from "node:fs";
import { run } from "@bufbuild/cel";

for (const expression of fs.readFileSync("expressions", "utf8").trim().split("\n")) {
  console.log(`${expression}: ${run(expression)}`);
}
JAVASCRIPT
cat > Finding.java <<'JAVA'
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.nio.file.Files;
import java.nio.file.Path;

public class Finding {
    public static void main(String[] arguments) throws Exception {
        CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder().build();
        CelRuntime runtime = CelRuntimeFactory.standardCelRuntimeBuilder().build();
        for (String expression : Files.readAllLines(Path.of("expressions"))) {
            Object value = runtime.createProgram(compiler.compile(expression).getAst()).eval();
            System.out.println(expression + ": " + value);
        }
    }
}
JAVA
seen="$(node finding.js)"
other="$(java -cp 'lib/*' Finding.java)"
echo "@bufbuild/cel 0.6.1, Node.js $(node --version)"
echo "$seen"
echo "dev.cel 0.14.0, Java $(java -version 2>&1 | head -1 | cut -d'"' -f2)"
echo "$other"
[[ "$seen" == "int(timestamp('2026-01-01T00:00:00Z')): 1767225600
string(timestamp(1767225600)): 1970-01-21T10:53:45.600Z
timestamp(int(timestamp('2026-01-01T00:00:00Z'))) == timestamp('2026-01-01T00:00:00Z'): false" ]]
grep -q ': 2026-01-01T00:00:00Z$' <<< "$other" && grep -q ': true$' <<< "$other"
