package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fields;
import dev.postroad.runtime.answers.JsonSchemas;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a model is to answer with.
 *
 * @param schema the JSON Schema that it has to fit; null for none
 */
record LlmForm(Kind kind, @Nullable ObjectNode schema, OnCutOff onCutOff) {
    /** What its text is taken for. */
    enum Kind {
        TEXT,
        JSON
    }

    /** What becomes of an answer that ended before the model had said all. */
    enum OnCutOff {
        FAIL,
        ACCEPT
    }

    static final List<String> FIELDS = List.of("response", "schema", "onCutOff");

    private static final Pattern RESPONSE = Pattern.compile("text|json");
    private static final Pattern ON_CUT_OFF = Pattern.compile("fail|accept");

    static LlmForm read(Fields fields) {
        String response = fields.text("response", RESPONSE, "text or json");
        String onCutOff = fields.text("onCutOff", ON_CUT_OFF, "fail or accept");
        ObjectNode schema = fields.objectOf("schema");
        if (schema != null) {
            checkSchema(fields, schema, response);
        }
        return new LlmForm(
                schema != null || "json".equals(response) ? Kind.JSON : Kind.TEXT,
                schema,
                "accept".equals(onCutOff) ? OnCutOff.ACCEPT : OnCutOff.FAIL);
    }

    private static void checkSchema(Fields fields, ObjectNode schema, @Nullable String response) {
        if ("text".equals(response)) {
            fields.fault("response", "is text beside a schema", "say json, or leave one of the two out");
        }
        String flaw = JsonSchemas.INSTANCE.flaw(schema);
        if (flaw != null) {
            fields.fault("schema", "cannot be used: " + flaw, "give a schema that answers can be held against");
        }
    }
}
