#!/usr/bin/env bash
# json-schema-validator 2.0.4 (com.networknt) and a $dynamicRef to the schema itself.
#
# JSON Schema 2020-12 (core, 8.2.3.2) lets "$dynamicRef": "#" stand for "$ref": "#" where no $dynamicAnchor is met, so
# {"type": "object", "properties": {"child": {"$dynamicRef": "#"}}} is a valid schema of a tree. Without an $id, the
# library answers a NullPointerException to the first answer that has a child; with "$ref": "#" it does as expected.
#
# Seen: java.lang.NullPointerException ... AbsoluteIri.toString() ... is null. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
libraries com.networknt:json-schema-validator:2.0.4 \
  com.fasterxml.jackson.core:jackson-databind:2.22.4 \
  org.slf4j:slf4j-nop:2.0.17
cat > Finding.java <<'JAVA'
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;

public class Finding {
    public static void main(String[] arguments) throws Exception {
        System.out.println("$ref:        " + validated("$ref"));
        System.out.println("$dynamicRef: " + validated("$dynamicRef"));
    }

    private static String validated(String keyword) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        var schema = mapper.readTree(
                "{\"type\": \"object\", \"properties\": {\"child\": {\"" + keyword + "\": \"#\"}}}");
        try {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(schema)
                    .validate(mapper.readTree("{\"child\": 1}"))
                    .toString();
        } catch (NullPointerException unexpected) {
            return "NullPointerException";
        }
    }
}
JAVA
seen="$(java -cp 'lib/*' Finding.java)"
echo "json-schema-validator 2.0.4, Java $(java -version 2>&1 | head -1 | cut -d'"' -f2)"
echo "$seen"
grep -qF '$dynamicRef: NullPointerException' <<< "$seen" && grep -qE '^\$ref: .*object expected' <<< "$seen"
