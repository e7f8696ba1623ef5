#!/usr/bin/env bash
# @bufbuild/cel 0.6.1 and a key of a map whose value is null.
#
# CEL's definition (Field Selection) says that has(e.f) tells of a map whether the string f is a key in it. Of a key that
# holds null both has() and "in" answer false here, though the same library counts the key, walks over it, and gives null
# where it is read, so one expression contradicts the next. dev.cel 0.14.0 answers true. Results of agents often say
# {"error": null}: a condition that is tried in a browser then leads another way than the same one on a server.
#
# Seen: false and false beside true, 1 and true. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
packages @bufbuild/cel@0.6.1
libraries dev.cel:cel:0.14.0 org.slf4j:slf4j-nop:2.0.17
cat > expressions <<'CEL'
has({'error': null}.error)
'error' in {'error': null}
{'error': null}.exists(key, key == 'error')
size({'error': null}) == 1
{'error': null}.error == null
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
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.nio.file.Files;
import java.nio.file.Path;

public class Finding {
    public static void main(String[] arguments) throws Exception {
        CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder()
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .build();
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
[[ "$seen" == "has({'error': null}.error): false
'error' in {'error': null}: false
{'error': null}.exists(key, key == 'error'): true
size({'error': null}) == 1: true
{'error': null}.error == null: true" ]]
! grep -q ': false$' <<< "$other"
