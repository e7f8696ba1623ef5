package dev.postroad.runtime.answers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.graph.AnswerSchemas;
import dev.postroad.runtime.testing.Site;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What JSON Schema says of answers, and which schemas a worker has anything to do with. */
@NullMarked
class JsonSchemasTest {
    private static final AnswerSchemas SCHEMAS = JsonSchemas.INSTANCE;

    @Test
    void anAnswerThatFitsIsTakenAndAnotherIsToldWhy() {
        ObjectNode schema = schema("""
            {'type': 'object', 'required': ['ok'], 'properties': {'ok': {'type': 'boolean'}, 'by': {'$ref': '#/$defs/name'}},
             '$defs': {'name': {'type': 'string', 'pattern': '^[a-z]+$'}}}\
            """);
        assertThat(SCHEMAS.flaw(schema)).isNull();
        assertThat(SCHEMAS.refusal(schema, Site.json("{'ok': true, 'by': 'ada'}")))
                .isNull();
        assertThat(SCHEMAS.refusal(schema, Site.json("{'ok': 1, 'by': 'Ada'}")))
                .contains("/ok: integer found, boolean expected")
                .contains("/by: does not match the regex pattern ^[a-z]+$");
        assertThat(SCHEMAS.refusal(schema, Site.json("{}"))).startsWith("required property 'ok' not found");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {'type': 'text'}                                 | /type
        {'$ref': 'https://example.com/schema'}           | $ref leads to https://example.com/schema
        {'$ref': '#'}                                    | it refers to itself
        {'$ref': '#name'}                                | $ref leads to #name
        {'$dynamicRef': '#a'}                            | $dynamicRef is not understood here
        {'$id': 'https://example.com/schema'}            | $id is not understood here
        {'pattern': '((a{1,40}){1,40})b   '}            | is too large
        {'patternProperties': {'(a{1,30}){1,40}': {}}}   | is too large
        {'$schema': 'http://json-schema.org/draft-07/schema#'} | $schema is http://json-schema.org/draft-07/schema#
        {'pattern': '^(?=a)'}                            | (?=
        {'properties': {'a': {'$ref': '#/$defs/no'}}}    | /$defs/no
        {'minLength': -1}                                | /minLength
        """)
    void aSchemaThatCannotBeUsedIsToldItsAuthor(String schema, String why) {
        assertThat(SCHEMAS.flaw(schema(schema))).contains(why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {'const': 1}                                | 1.0             | true
        {'const': 1.0}                              | 1               | true
        {'const': [1]}                              | [1.0]           | true
        {'enum': [{'count': 1}]}                    | {'count': 1.0}  | true
        {'enum': [{'count': 1.0}]}                  | {'count': 1}    | true
        {'enum': [{'count': 1}]}                    | {'count': 1.5}  | false
        {'type': 'array', 'uniqueItems': true}      | [1, 1.0]        | false
        {'type': 'array', 'uniqueItems': true}      | [1, 1.5]        | true
        {'type': 'integer'}                         | 1.0             | true
        {'const': 1e300}                            | 1e300           | true
        {'multipleOf': 0.1}                         | 0.3             | true
        """)
    void aNumberIsTheSameHoweverItIsWritten(String schema, String answer, boolean fits) {
        assertThat(SCHEMAS.flaw(schema(schema))).isNull();
        JsonNode read = Site.json("{'answer': " + answer + "}").get("answer");
        assertThat(SCHEMAS.refusal(schema(schema), read) == null).isEqualTo(fits);
    }

    @Test
    void aSchemaThatIsNestedWithoutAnEndIsRefusedAndStopsNobody() {
        ObjectNode deep = schema("{}");
        ObjectNode inner = deep;
        for (int i = 0; i < 100; i++) {
            inner = inner.putObject("not");
        }
        assertThat(SCHEMAS.flaw(deep)).contains("nested deeper than 50");
    }

    @Test
    void aSchemaThatUnfoldsWithoutMeasureIsRefusedBeforeItIsUnfolded() {
        ObjectNode schema = schema("{'$ref': '#/$defs/a0'}");
        ObjectNode parts = schema.putObject("$defs");
        for (int i = 0; i < 12; i++) {
            var both = parts.putObject("a" + i).putArray("allOf");
            both.addObject().put("$ref", "#/$defs/a" + (i + 1));
            both.addObject().put("$ref", "#/$defs/a" + (i + 1));
        }
        parts.putObject("a12");
        assertThat(SCHEMAS.flaw(schema)).contains("written out each time, it has more than 10000 parts");
        assertThat(SCHEMAS.refusal(schema, Site.json("1"))).contains("the schema itself cannot be used");
    }

    @Test
    void anAnswerThatIsTooLargeForItsSchemaIsRefusedBeforeItIsHeldAgainstIt() {
        ObjectNode schema = schema("{'items': {'anyOf': []}}");
        for (int i = 0; i < 30; i++) {
            ((ArrayNode) schema.at("/items/anyOf")).addObject().put("const", i);
        }
        assertThat(SCHEMAS.flaw(schema)).isNull();
        assertThat(SCHEMAS.refusal(schema, Site.json("[" + "1,".repeat(100) + "1]")))
                .isNull();
        assertThat(SCHEMAS.refusal(schema, Site.json("[" + "1,".repeat(10_000) + "1]")))
                .contains("too large to be held against the schema");
    }

    @Test
    void aThousandFaultsAreNotAllTold() {
        ObjectNode schema = schema("{'items': {'type': 'string'}}");
        assertThat(SCHEMAS.refusal(schema, Site.json("[" + "1,".repeat(1_000) + "1]")))
                .contains("and 996 more")
                .hasSizeLessThan(1_100);
    }

    private static ObjectNode schema(String json) {
        return (ObjectNode) Site.json(json);
    }
}
