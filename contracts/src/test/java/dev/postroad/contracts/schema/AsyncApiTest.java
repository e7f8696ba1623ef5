package dev.postroad.contracts.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AsyncApiTest {
    private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

    private final JsonNode document = document();

    @Test
    void describesEveryTopicAndNoOther() {
        List<String> addresses = document.get("channels")
                .valueStream()
                .map(channel -> channel.get("address").textValue())
                .toList();
        assertThat(addresses)
                .containsExactlyInAnyOrder(
                        TOPICS.triggers(),
                        TOPICS.control(),
                        TOPICS.events(),
                        TOPICS.output(),
                        TOPICS.agentTasks("{agent}"),
                        TOPICS.agentResults(),
                        TOPICS.registry(),
                        TOPICS.agentEvents(),
                        TOPICS.archive(),
                        TOPICS.deadLetters());
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        List<String> references = document.findValuesAsText("$ref");
        assertThat(references).isNotEmpty().allSatisfy(reference -> {
            if (reference.startsWith("#")) {
                assertThat(document.at(reference.substring(1)).isMissingNode()).isFalse();
            } else {
                assertThat(reference).matches("schemas/[a-z-]+\\.json");
                String name = reference.substring("schemas/".length(), reference.length() - ".json".length());
                assertThat(Schemas.NAMES).contains(name);
            }
        });
    }

    @Test
    void everySchemaIsUsed() {
        List<String> references = document.findValuesAsText("$ref");
        assertThat(Schemas.NAMES).allSatisfy(name -> assertThat(references).contains("schemas/" + name + ".json"));
    }

    @Test
    void namesTheHeadersThatWorkersWrite() {
        JsonNode schemas = document.at("/components/schemas");
        assertThat(schemas.at("/cloudEventHeaders/properties").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        EventHeaders.SPEC_VERSION,
                        EventHeaders.ID,
                        EventHeaders.TYPE,
                        EventHeaders.SOURCE,
                        EventHeaders.CONTENT_TYPE,
                        EventHeaders.TRACE_PARENT);
        assertThat(schemas.at("/deadLetterHeaders/properties").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        EventHeaders.DEAD_LETTER_TOPIC,
                        EventHeaders.DEAD_LETTER_PARTITION,
                        EventHeaders.DEAD_LETTER_OFFSET,
                        EventHeaders.DEAD_LETTER_REASON);
    }

    private static JsonNode document() {
        try (InputStream in =
                Objects.requireNonNull(AsyncApiTest.class.getResourceAsStream("/postroad/asyncapi.yaml"))) {
            return new YAMLMapper().readTree(in);
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }
}
