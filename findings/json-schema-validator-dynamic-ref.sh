#!/usr/bin/env bash
# json-schema-validator 2.0.4 (com.networknt) and a $dynamicRef to the schema itself.
#
# JSON Schema 2020-12 (core, 8.2.3.2) lets "$dynamicRef": "#" stand for "$ref": "#" where no $dynamicAnchor is met, so
# {"type": "object", "properties": {"child": {"$dynamicRef": "#"}}} is a valid schema of a tree. Without an $id, the
# library answers a NullPointerException to the first answer that has a child; with "$ref": "#" it does as expected.
#
# Seen: java.lang.NullPointerException ... AbsoluteIri.toString() ... is null. Ends with 1 where that is so no longer.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.networknt</groupId><artifactId>json-schema-validator</artifactId><version>2.0.4</version></dependency>
    <dependency><groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-databind</artifactId><version>2.22.4</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies -DoutputDirectory=lib
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
