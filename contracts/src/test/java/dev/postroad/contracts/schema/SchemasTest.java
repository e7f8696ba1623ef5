package dev.postroad.contracts.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.Reducer;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.AgentEvent;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.ScheduleCommand;
import dev.postroad.contracts.message.ScheduleEvent;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.contracts.schema.Examples.Example;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchemasTest {
    static List<String> names() {
        return Schemas.NAMES;
    }

    static Stream<Example> validExamples() {
        return Examples.valid();
    }

    static Stream<Example> invalidExamples() {
        return Examples.invalid();
    }

    static Stream<Example> validTriggers() {
        return Examples.valid("trigger");
    }

    static Stream<Example> invalidTriggers() {
        return Examples.invalid("trigger");
    }

    static Stream<Example> validControls() {
        return Examples.valid("control");
    }

    static Stream<Example> invalidControls() {
        return Examples.invalid("control");
    }

    static Stream<Example> validEvents() {
        return Examples.valid("event");
    }

    static Stream<Example> validAgentEvents() {
        return Examples.valid("agent-event");
    }

    static Stream<Example> invalidAgentEvents() {
        return Examples.invalid("agent-event");
    }

    static Stream<Example> validScheduleCommands() {
        return Examples.valid("schedule-command");
    }

    static Stream<Example> invalidScheduleCommands() {
        return Examples.invalid("schedule-command");
    }

    static Stream<Example> validScheduleEvents() {
        return Examples.valid("schedule-event");
    }

    static Stream<Example> invalidScheduleEvents() {
        return Examples.invalid("schedule-event");
    }

    static Stream<Example> validChunks() {
        return Examples.valid("output-chunk");
    }

    static Stream<Example> invalidChunks() {
        return Examples.invalid("output-chunk");
    }

    static Stream<Example> validDefinitions() {
        return Stream.of("graph", "agent", "schedule", "price").flatMap(Examples::valid);
    }

    static Stream<Example> invalidDefinitions() {
        return Stream.of("graph", "agent", "schedule", "price").flatMap(Examples::invalid);
    }

    @ParameterizedTest
    @MethodSource("names")
    void schemaIsSound(String name) throws FaultsException {
        assertThat(Schemas.faultsOfSchema(name)).isEmpty();
        JsonNode schema = Json.read(Schemas.text(name));
        assertThat(schema.path("$id").textValue()).isEqualTo("https://postroad.dev/schemas/" + name + ".json");
        assertThat(schema.path("title").textValue()).isNotBlank();
        assertThat(schema.path("description").textValue()).isNotBlank();
    }

    @ParameterizedTest
    @MethodSource("names")
    void schemaHasExamplesOfBothKinds(String name) {
        assertThat(Examples.valid(name)).hasSizeGreaterThanOrEqualTo(2);
        assertThat(Examples.invalid(name)).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void everyExampleHasASchema() {
        assertThat(Stream.concat(Examples.valid(), Examples.invalid()).map(Example::schema))
                .isSubsetOf(Schemas.NAMES);
    }

    @ParameterizedTest
    @MethodSource("validExamples")
    void exampleIsValid(Example example) {
        assertThat(Schemas.faults(example.schema(), example.text())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("invalidExamples")
    void counterexampleIsInvalid(Example example) {
        assertThat(Schemas.faults(example.schema(), example.text())).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("validTriggers")
    void validTriggerIsReadAndWrittenAsItWas(Example example) throws FaultsException {
        Trigger trigger = Trigger.read(Json.read(example.text()));
        JsonNode written = trigger.toJson();
        assertThat(Schemas.faults("trigger", written.toString())).isEmpty();
        assertThat(Trigger.read(written)).isEqualTo(trigger);
    }

    @ParameterizedTest
    @MethodSource("invalidTriggers")
    void invalidTriggerIsRefused(Example example) {
        assertThatThrownBy(() -> Trigger.read(Json.read(example.text()))).isInstanceOf(FaultsException.class);
    }

    @ParameterizedTest
    @MethodSource("validChunks")
    void validChunkIsReadAndWrittenAsItWas(Example example) throws FaultsException {
        OutputChunk chunk = OutputChunk.read(example.text().getBytes(StandardCharsets.UTF_8));
        assertThat(chunk.toJson()).isEqualTo(Json.read(example.text()));
    }

    @ParameterizedTest
    @MethodSource("invalidChunks")
    void invalidChunkIsRefused(Example example) {
        assertThatThrownBy(() -> OutputChunk.read(example.text().getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(FaultsException.class);
    }

    @ParameterizedTest
    @MethodSource("validControls")
    void validControlIsReadAndWrittenAsItWas(Example example) throws FaultsException {
        Control control = Control.read(Json.read(example.text()), null);
        JsonNode written = control.toJson();
        assertThat(Schemas.faults("control", written.toString())).isEmpty();
        assertThat(Control.read(written, null)).isEqualTo(control);
    }

    @ParameterizedTest
    @MethodSource("invalidControls")
    void invalidControlIsRefused(Example example) {
        assertThatThrownBy(() -> Control.read(Json.read(example.text()), null))
                .isInstanceOfSatisfying(
                        FaultsException.class,
                        refused -> assertThat(refused.faults()).isNotEmpty());
    }

    @ParameterizedTest
    @MethodSource("validEvents")
    void validEventIsRead(Example example) throws FaultsException {
        JsonNode json = Json.read(example.text());
        RunEvent event = RunEvent.read(json);
        assertThat(event.type().publicName()).isEqualTo(json.get("type").textValue());
        assertThat(event.seq()).isEqualTo(json.path("seq").asInt(0));
        assertThat(event.durationMillis()).isEqualTo(json.path("durationMs").asLong(-1));
        assertThat(event.data()).isEqualTo(json.get("data"));
    }

    @ParameterizedTest
    @MethodSource("validAgentEvents")
    void validAgentEventIsReadAndWrittenAsItWas(Example example) throws FaultsException {
        JsonNode json = Json.read(example.text());
        assertThat(AgentEvent.read(json).toJson()).isEqualTo(json);
    }

    @ParameterizedTest
    @MethodSource("invalidAgentEvents")
    void invalidAgentEventIsRefused(Example example) {
        assertThatThrownBy(() -> AgentEvent.read(Json.read(example.text()))).isInstanceOf(FaultsException.class);
    }

    @ParameterizedTest
    @MethodSource("validScheduleCommands")
    void validScheduleCommandIsReadAndWrittenAsItWas(Example example) throws FaultsException {
        JsonNode json = Json.read(example.text());
        assertThat(ScheduleCommand.isNamed(json)).isTrue();
        assertThat(ScheduleCommand.read(json).toJson()).isEqualTo(json);
    }

    @ParameterizedTest
    @MethodSource("invalidScheduleCommands")
    void invalidScheduleCommandIsRefused(Example example) {
        assertThatThrownBy(() -> ScheduleCommand.read(Json.read(example.text())))
                .isInstanceOf(FaultsException.class);
    }

    @ParameterizedTest
    @MethodSource("validScheduleEvents")
    void validScheduleEventIsReadAndWrittenAsItWas(Example example) throws FaultsException {
        JsonNode json = Json.read(example.text());
        assertThat(ScheduleEvent.read(json).toJson()).isEqualTo(json);
    }

    @ParameterizedTest
    @MethodSource("invalidScheduleEvents")
    void invalidScheduleEventIsRefused(Example example) {
        assertThatThrownBy(() -> ScheduleEvent.read(Json.read(example.text()))).isInstanceOf(FaultsException.class);
    }

    @Test
    void everyTypeOfScheduleEventHasAnExample() {
        Set<String> types = Examples.valid("schedule-event")
                .map(SchemasTest::json)
                .map(event -> event.get("type").textValue())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(types)
                .containsExactlyInAnyOrderElementsOf(
                        texts(json("schedule-event").at("/properties/type/enum")));
    }

    @ParameterizedTest
    @MethodSource("validDefinitions")
    void validDefinitionIsRead(Example example) throws FaultsException {
        assertThat(Definitions.readAll(example.text())).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("invalidDefinitions")
    void invalidDefinitionIsRefused(Example example) {
        assertThatThrownBy(() -> Definitions.readAll(example.text())).isInstanceOf(FaultsException.class);
    }

    @Test
    void schemaOfEventsKnowsEveryTypeAndNoOther() throws FaultsException {
        JsonNode types = Json.read(Schemas.text("event")).at("/properties/type/enum");
        assertThat(texts(types))
                .containsExactlyElementsOf(
                        EventType.known().map(EventType::publicName).toList());
    }

    @Test
    void everyTypeOfEventHasAnExample() {
        Set<String> types = Examples.valid("event")
                .map(SchemasTest::json)
                .map(event -> event.get("type").textValue())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(types)
                .isEqualTo(texts(json("event").at("/properties/type/enum")).stream()
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void everyTypeOfAgentEventHasAnExample() {
        Set<String> types = Examples.valid("agent-event")
                .map(SchemasTest::json)
                .map(event -> event.get("type").textValue())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(types)
                .containsExactlyInAnyOrderElementsOf(texts(json("agent-event").at("/properties/type/enum")));
    }

    @Test
    void everyTypeOfControlMessageHasAnExample() {
        Set<String> types = Examples.valid("control")
                .map(SchemasTest::json)
                .map(control -> control.get("type").textValue())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(types)
                .containsExactlyInAnyOrderElementsOf(texts(json("control").at("/properties/type/enum")));
    }

    @Test
    void schemaOfGraphsKnowsEveryReducerAndNoOther() {
        assertThat(texts(json("graph").at("/$defs/channel/properties/reducer/anyOf/0/enum")))
                .containsExactlyElementsOf(Arrays.stream(Reducer.values())
                        .filter(reducer -> reducer != Reducer.EXPRESSION)
                        .map(Reducer::publicName)
                        .toList());
    }

    private static JsonNode json(String schema) {
        return json(new Example("", "", Schemas.text(schema)));
    }

    private static JsonNode json(Example example) {
        try {
            return Json.read(example.text());
        } catch (FaultsException notJson) {
            throw new IllegalStateException(example.toString(), notJson);
        }
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::textValue).toList();
    }
}
