package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.testing.Site;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One worker is sent everything that can be wrong with a trigger or a control message. */
@NullMarked
class BadInputTest {
    private static final int PARTITION = 1;
    private static final int MAX_VALUE_BYTES = 100_000;
    private static final int MOST_REASON = 50_000;
    private static final byte[] NOT_UTF_8 = {'"', (byte) 0xC3, '('};
    private static final String COUNT = """
            graph: count
            state: { n: { reducer: sum }, facts: { reducer: merge }, log: { reducer: append } }
            nodes:
              add: { set: "{'n': 1, 'log': ['add']}" }
            edges:
              - { from: START, to: add }
              - { from: add, to: END }
            """;

    private static final Site SITE = Site.open();

    private static final Map<String, RecordMetadata> PLACES = new HashMap<>();
    private static final List<String> GOOD_RUNS = new ArrayList<>();
    private static final Map<String, ConsumerRecord<byte[], byte[]>> LETTERS = new HashMap<>();
    private static final List<RunEvent> ANSWERS = new ArrayList<>();

    /** Sends everything at once, with something good behind each, and collects what comes of it. */
    @BeforeAll
    static void sendEverything() {
        SITE.worker(Map.of("POSTROAD_MAX_VALUE_BYTES", Integer.toString(MAX_VALUE_BYTES)));
        SITE.apply(COUNT);
        SITE.trigger("count", "first", "{}");
        SITE.ended("first");
        for (Case bad : unreadable()) {
            sendTrigger(bad);
        }
        for (Case bad : inadmissible()) {
            sendTrigger(bad);
        }
        for (Case bad : badControl()) {
            PLACES.put("control " + bad.what(), send(SITE.topics().control(), bad.sent()));
        }
        GOOD_RUNS.forEach(SITE::ended);
        Site.await(
                "all is kept", () -> SITE.records(SITE.topics().deadLetters()).size() >= PLACES.size());
        for (ConsumerRecord<byte[], byte[]> letter : SITE.records(SITE.topics().deadLetters())) {
            LETTERS.put(
                    Site.header(letter, EventHeaders.DEAD_LETTER_TOPIC)
                            + "-" + Site.header(letter, EventHeaders.DEAD_LETTER_PARTITION)
                            + "@" + Site.header(letter, EventHeaders.DEAD_LETTER_OFFSET),
                    letter);
        }
        ANSWERS.addAll(answers());
    }

    private static void sendTrigger(Case bad) {
        PLACES.put("trigger " + bad.what(), send(SITE.topics().triggers(), bad.sent()));
        GOOD_RUNS.add(runIdOf(send(SITE.topics().triggers(), Sent.of(null, "{'graph': 'count'}"))));
    }

    private static String runIdOf(RecordMetadata place) {
        return place.topic() + ":" + place.partition() + ":" + place.offset();
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    /** A record that somebody sent. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Sent(byte @Nullable [] key, byte @Nullable [] value) {
        static Sent of(@Nullable String key, @Nullable String value) {
            return new Sent(key == null ? null : Site.bytes(key), value == null ? null : Site.bytes(value));
        }
    }

    /** Something bad, and what its sender is told. */
    record Case(String what, Sent sent, String reason) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Case bad(String what, @Nullable String value, String reason) {
        return bad(what, Sent.of("a-key", value), reason);
    }

    private static Case bad(String what, Sent sent, String reason) {
        return new Case(what, sent, reason);
    }

    static List<Case> unreadable() {
        return List.of(
                bad("a text that is not JSON", "hello", "is not JSON that can be read: Unrecognized token 'hello'"),
                bad(
                        "JSON that breaks off",
                        "{'graph': 'count'",
                        "is not JSON that can be read: Unexpected end-of-input"),
                bad("two values", "{'graph': 'count'} {}", "is not JSON that can be read: Trailing token"),
                bad("a byte order mark", "\uFEFF{'graph': 'count'}", "is not JSON that can be read"),
                bad("the same field twice", "{'graph': 'count', 'graph': 'b'}", "Duplicate field 'graph'"),
                bad("a number that JSON lacks", "{'graph': 'count', 'input': {'n': NaN}}", "'NaN'"),
                bad("an empty value", "", "the value is empty"),
                bad("a null value", (String) null, "the value is null"),
                bad("bytes that are not UTF-8", new Sent(Site.bytes("a-key"), NOT_UTF_8), "the value is not UTF-8"),
                bad(
                        "UTF-16",
                        new Sent(null, "{\"graph\":\"count\"}".getBytes(StandardCharsets.UTF_16)),
                        "the value is not UTF-8"),
                bad("101 levels", "{'graph': 'count', 'input': {'log': " + nested(99) + "}}", "nest"),
                bad("100,000 levels", nested(49_999), "nest"),
                bad("U+0000", "{'graph': 'count', 'input': {'log': 'a\\u0000b'}}", "holds the character U+0000"),
                bad("half a pair", "{'graph': 'count', 'input': {'log': '\\ud83d'}}", "half of a surrogate pair"),
                bad("a number beyond all", "{'graph': 'count', 'input': {'n': 1e400}}", "a number that is too large"),
                bad("a list", "[{'graph': 'count'}]", "the value must be a JSON object"),
                bad("a text", "'count'", "the value must be a JSON object"),
                bad("a number", "7", "the value must be a JSON object"),
                bad("JSON's null", "null", "the value must be a JSON object"),
                bad(
                        "more bytes than are accepted",
                        "{'graph': 'count', 'input': {'log': '" + "x".repeat(MAX_VALUE_BYTES) + "'}}",
                        "at most 100000 are accepted; send less, or raise POSTROAD_MAX_VALUE_BYTES"));
    }

    static List<Case> inadmissible() {
        return List.of(
                bad("no graph", "{}", "graph: is missing; name the graph to run"),
                bad("an empty graph", "{'graph': ''}", "graph: is empty"),
                bad("a graph that is no text", "{'graph': 3}", "graph: must be a text, but is the number 3"),
                bad("a graph and an agent", "{'graph': 'count', 'agent': 'x'}", "name a graph or an agent, not both"),
                bad("an agent that nobody knows", "{'agent': 'nobody'}", "there is no agent nobody; publish it"),
                bad("an unknown graph", "{'graph': 'nowhere'}", "there is no graph nowhere; publish it"),
                bad("an unknown version", "{'graph': 'count', 'version': 7}", "there is no version 7 of graph count"),
                bad("a version in words", "{'graph': 'count', 'version': 'new'}", "version: must be a whole number"),
                bad("version 0", "{'graph': 'count', 'version': 0}", "version: must be a whole number from 1"),
                bad("half a version", "{'graph': 'count', 'version': 1.5}", "version: must be a whole number"),
                bad("an input that is no object", "{'graph': 'count', 'input': 'x'}", "input: must be an object"),
                bad(
                        "an unknown channel",
                        "{'graph': 'count', 'input': {'m': 1}}",
                        "there is no channel m in graph count"),
                bad(
                        "thousands of unknown channels",
                        "{'graph': 'count', 'input': " + channels(5_000) + "}",
                        "there is no channel c19 in graph count; its channels are n, facts, log; and 4980 more cannot"
                                + " be taken"),
                bad("a graph with a long name", "{'graph': '" + "g".repeat(90_000) + "'}", "g".repeat(100) + "…"),
                bad(
                        "thousands of tags that are no texts",
                        "{'graph': 'count', 'tags': " + channels(5_000) + "}",
                        "4980 more things are wrong; correct these first"),
                bad("a text to add up", "{'graph': 'count', 'input': {'n': 'x'}}", "channel n cannot take STRING"),
                bad("a list to merge", "{'graph': 'count', 'input': {'facts': []}}", "channel facts cannot take ARRAY"),
                bad(
                        "priority 10",
                        "{'graph': 'count', 'priority': 10}",
                        "priority: must be a whole number from 0 to 9"),
                bad(
                        "priority -1",
                        "{'graph': 'count', 'priority': -1}",
                        "priority: must be a whole number from 0 to 9"),
                bad("a priority in words", "{'graph': 'count', 'priority': 'high'}", "but is the text \"high\""),
                bad("a timeout in words", "{'graph': 'count', 'timeout': 'soon'}", "timeout: is the text \"soon\""),
                bad(
                        "a timeout in the past",
                        "{'graph': 'count', 'timeout': 'PT-5S'}",
                        "use a positive ISO-8601 duration"),
                bad("tags in a list", "{'graph': 'count', 'tags': ['a']}", "tags: must be an object, but is a list"),
                bad("a tag that is no text", "{'graph': 'count', 'tags': {'a': 1}}", "tags.a: must be a text"),
                bad("an illegal run id", "{'graph': 'count', 'runId': 'a b'}", "runId: is \"a b\"; use 1 to 128 of"),
                bad("an empty run id", "{'graph': 'count', 'runId': ''}", "runId: is \"\"; use 1 to 128 of"),
                bad("a long run id", "{'graph': 'count', 'runId': '" + "x".repeat(129) + "'}", "use 1 to 128 of"),
                bad("a run id that is no text", "{'graph': 'count', 'runId': 5}", "runId: must be a text"),
                bad(
                        "several faults",
                        "{'priority': 'high', 'tags': 1, 'version': 0}",
                        "version: must be a whole number from 1 to 2147483647, but is the number 0"),
                bad(
                        "a key that is no run id",
                        Sent.of("my key", "{'graph': 'count'}"),
                        "the record's key is no legal run id; use 1 to 128 of A-Z a-z 0-9 . _ : -, or give runId"),
                bad(
                        "a key that is not UTF-8",
                        new Sent(NOT_UTF_8, Site.bytes("{'graph': 'count'}")),
                        "the record's key is no legal run id"));
    }

    static List<Case> badControl() {
        return List.of(
                bad("a text that is not JSON", "cancel", "is not JSON that can be read"),
                bad("bytes that are not UTF-8", new Sent(Site.bytes("a-key"), NOT_UTF_8), "the value is not UTF-8"),
                bad("an empty value", "", "the value is empty"),
                bad("a null value", (String) null, "the value is null"),
                bad("a list", "[]", "must be an object, but is an empty list"),
                bad("a text", "'cancel'", "must be an object, but is the text \"cancel\""),
                bad(
                        "no type",
                        "{'runId': 'x'}",
                        "type: is missing; say cancel, retry, resume, reassign, continue, rollback, fork, update-state, pause, unpause or migrate"),
                bad("an empty type", "{'runId': 'x', 'type': ''}", "type: is empty"),
                bad(
                        "an unknown type",
                        "{'runId': 'x', 'type': 'explode'}",
                        "type: is \"explode\"; say cancel, retry, resume, reassign, continue, rollback, fork, update-state, pause, unpause or migrate"),
                bad("a type that is no text", "{'runId': 'x', 'type': 1}", "type: must be a text"),
                bad("no run", Sent.of(null, "{'type': 'cancel'}"), "runId: is missing; name the run"),
                bad("an illegal run id", "{'type': 'cancel', 'runId': 'a b'}", "runId: is \"a b\"; use 1 to 128 of"),
                bad("a run id that is no text", "{'type': 'cancel', 'runId': 5}", "runId: must be a text"),
                bad(
                        "a key that is no run id",
                        Sent.of("my key", "{'type': 'cancel'}"),
                        "runId: is missing, and the record's key is \"my key\"; use 1 to 128 of"),
                bad(
                        "a key that is not UTF-8",
                        new Sent(NOT_UTF_8, Site.bytes("{'type': 'cancel'}")),
                        "runId: is missing, and the record's key is"),
                bad("an empty command id", "{'type': 'cancel', 'runId': 'x', 'commandId': ''}", "1 to 200 characters"),
                bad(
                        "a long command id",
                        "{'type': 'cancel', 'runId': 'x', 'commandId': '" + "x".repeat(201) + "'}",
                        "1 to 200 characters"),
                bad(
                        "a reason that is no text",
                        "{'type': 'cancel', 'runId': 'x', 'reason': 5}",
                        "reason: must be a text"),
                bad("101 levels", "{'type': 'cancel', 'runId': 'x', 'more': " + nested(100) + "}", "nest"),
                bad("U+0000", "{'type': 'cancel', 'runId': 'x', 'reason': '\\u0000'}", "holds the character U+0000"),
                bad(
                        "more bytes than are accepted",
                        "{'type': 'cancel', 'runId': 'x', 'reason': '" + "x".repeat(MAX_VALUE_BYTES) + "'}",
                        "at most 100000 are accepted"));
    }

    private static String channels(int count) {
        return IntStream.range(0, count).mapToObj(i -> "'c" + i + "': 1").collect(Collectors.joining(", ", "{", "}"));
    }

    private static String nested(int levels) {
        return "[".repeat(levels) + "]".repeat(levels);
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void aTriggerThatCannotBeReadIsKeptWithItsReason(Case unreadable) {
        RecordMetadata place = placeOf("trigger", unreadable);
        checkKept(unreadable, place);
        assertThat(answersTo(place)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("inadmissible")
    void aTriggerThatCannotBeAdmittedIsAnsweredWithTheReasonAndKept(Case inadmissible) {
        RecordMetadata place = placeOf("trigger", inadmissible);
        checkKept(inadmissible, place);
        assertThat(answersTo(place)).singleElement().satisfies(answer -> {
            assertThat(answer.type()).isEqualTo(EventType.TRIGGER_REJECTED);
            assertThat(answer.data().path("reason").asText())
                    .contains(inadmissible.reason())
                    .hasSizeLessThan(MOST_REASON);
            assertThat(answer.seq()).isZero();
        });
    }

    @ParameterizedTest
    @MethodSource("badControl")
    void aControlMessageThatCannotBeUnderstoodIsKeptWithItsReason(Case badControl) {
        checkKept(badControl, placeOf("control", badControl));
    }

    private static RecordMetadata placeOf(String kind, Case bad) {
        return Objects.requireNonNull(PLACES.get(kind + " " + bad.what()));
    }

    private static void checkKept(Case bad, RecordMetadata place) {
        ConsumerRecord<byte[], byte[]> letter = Objects.requireNonNull(LETTERS.get(place.toString()), "no dead letter");
        assertThat(letter.value()).isEqualTo(bad.sent().value());
        assertThat(letter.key()).isEqualTo(bad.sent().key());
        assertThat(Site.header(letter, EventHeaders.DEAD_LETTER_REASON)).contains(bad.reason());
        assertThat(Site.header(letter, "sender")).isEqualTo("stranger");
    }

    @Test
    void whatStandsBehindSomethingBadOnItsPartitionIsCarriedOut() {
        assertThat(GOOD_RUNS).hasSize(unreadable().size() + inadmissible().size());
        for (String runId : GOOD_RUNS) {
            assertThat(SITE.ended(runId)
                            .getFirst()
                            .data()
                            .at("/trigger/partition")
                            .asInt())
                    .isEqualTo(PARTITION);
            assertThat(SITE.history().find(runId).orElseThrow().status()).isEqualTo(RunStatus.COMPLETED);
        }
        send(SITE.topics().control(), Sent.of("first", "{'type': 'cancel', 'colour': 'red'}"));
        SITE.journalWith("first", event -> event.type() == EventType.COMMAND_REJECTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'graph': 'count', 'colour': 'red', 'input': {}}",
                "{'graph': 'count', 'runId': null, 'version': null, 'timeout': null, 'tags': null, 'input': null}",
                "{'graph': 'count', 'version': 1.0, 'priority': 9.0, 'timeout': 'P1DT2H', 'tags': {'tenant': 'acme'}}",
                " \t\r\n{'graph': 'count'}\n",
                "{'graph': 'count', 'input': {'log': 'a \\ud83d\\ude00 b'}}"
            })
    void whatIsOnlyUnusualIsAccepted(String value) {
        RecordMetadata place = send(SITE.topics().triggers(), Sent.of("", value));
        assertThat(SITE.ended(runIdOf(place)).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void theDeepestInputThatIsAllowedRuns() {
        send(SITE.topics().triggers(), Sent.of("deep", "{'graph': 'count', 'input': {'log': " + nested(98) + "}}"));
        assertThat(SITE.ended("deep").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void aRunIdInTheTriggerMakesUpForABadKey() {
        send(SITE.topics().triggers(), new Sent(NOT_UTF_8, Site.bytes("{'graph': 'count', 'runId': 'named'}")));
        assertThat(SITE.ended("named").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void aRejectedTriggerIsAnsweredUnderTheRunIdThatItsSenderKnows() {
        RecordMetadata byKey =
                send(SITE.topics().triggers(), Sent.of("order-7", "{'graph': 'count', 'priority': 'x'}"));
        RecordMetadata byField =
                send(SITE.topics().triggers(), Sent.of("order-8", "{'graph': 'nowhere', 'runId': 'order-9'}"));
        assertThat(awaitAnswer(byKey).runId()).isEqualTo("order-7");
        assertThat(awaitAnswer(byField).runId()).isEqualTo("order-9");
    }

    @Test
    void aSecondTriggerForARunIsAnsweredAndChangesNothing() {
        send(SITE.topics().triggers(), Sent.of("twice", "{'graph': 'count', 'input': {'n': 1}}"));
        List<RunEvent> journal = SITE.ended("twice");
        RunEvent answer =
                awaitAnswer(send(SITE.topics().triggers(), Sent.of("twice", "{'graph': 'count', 'input': {'n': 5}}")));
        assertThat(answer.type()).isEqualTo(EventType.TRIGGER_DUPLICATE);
        assertThat(answer.runId()).isEqualTo("twice");
        assertThat(answer.graph()).isEqualTo("count");
        assertThat(answer.data().path("reason").asText()).contains("there is a run twice already");
        assertThat(SITE.journal("twice")).isEqualTo(journal);
    }

    @Test
    void triggersForTheSameRunThatComeTogetherGiveOneRun() {
        int many = 20;
        SITE.sendAll(Collections.nCopies(
                many,
                new ProducerRecord<>(SITE.topics().triggers(), Site.bytes("burst"), Site.bytes("{'graph': 'count'}"))));
        SITE.ended("burst");
        Site.await(
                "all but one are answered",
                () -> answers().stream()
                                .filter(answer -> answer.runId().equals("burst"))
                                .count()
                        == many - 1);
        assertThat(SITE.journal("burst")).hasSize(5);
    }

    @Test
    void aTriggerThatIsReadAgainIsNoDuplicate() {
        try (Site site = Site.open(1)) {
            try (Worker _ = site.worker()) {
                site.apply(COUNT);
                site.trigger("count", "again", "{}");
                site.ended("again");
            }
            List<RunEvent> journal = site.journal("again");
            site.worker(Map.of("POSTROAD_GROUP", "begins-anew"));
            site.trigger("count", "later", "{}");
            site.ended("later");
            assertThat(site.journal("again")).isEqualTo(journal);
            site.trigger("count", "again", "{}");
            Site.await("the real duplicate is answered", () -> !answers(site).isEmpty());
            assertThat(answers(site))
                    .extracting(answer -> answer.data().at("/trigger/offset").asLong())
                    .containsExactly(2L);
        }
    }

    @Test
    void aDefinitionThatCannotBeUsedIsKeptWithItsReasonAndTheRestIsFollowed() {
        try (Site site = Site.open(1)) {
            site.worker();
            site.send(
                    site.topics().registry(),
                    Site.bytes("graph/broken"),
                    Site.bytes("{'graph': 'broken', 'nodes': {}, 'edges': []}"));
            site.apply(COUNT);
            site.trigger("count", "after", "{}");
            assertThat(site.ended("after").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
            Site.await(
                    "the definition is kept",
                    () -> !site.records(site.topics().deadLetters()).isEmpty());
            assertThat(site.records(site.topics().deadLetters()))
                    .singleElement()
                    .satisfies(letter -> {
                        assertThat(letter.key()).isEqualTo(Site.bytes("graph/broken"));
                        assertThat(Site.header(letter, EventHeaders.DEAD_LETTER_REASON))
                                .contains("nodes");
                    });
        }
    }

    @Test
    void whatIsTooLargeToBeReadIsKeptWhole() {
        byte[] value = random(1_500_000);
        ConsumerRecord<byte[], byte[]> letter = letterOf(value);
        assertThat(letter.value()).isEqualTo(value);
        assertThat(Site.header(letter, EventHeaders.DEAD_LETTER_REASON)).contains("1500000 bytes");
    }

    @Test
    void whatIsTooLargeToBeKeptLeavesItsKeyAndReason() {
        ConsumerRecord<byte[], byte[]> letter = letterOf(random(3_000_000));
        assertThat(letter.key()).isEqualTo(Site.bytes("a-key"));
        assertThat(letter.value()).isNull();
        assertThat(Site.header(letter, EventHeaders.DEAD_LETTER_REASON)).contains("3000000 bytes");
        assertThat(Site.header(letter, EventHeaders.DEAD_LETTER_OFFSET)).isEqualTo("0");
    }

    private static ConsumerRecord<byte[], byte[]> letterOf(byte[] trigger) {
        try (Site site = Site.open(1)) {
            site.configure(site.topics().triggers(), "max.message.bytes", "4000000");
            site.worker();
            site.send(site.topics().triggers(), Site.bytes("a-key"), trigger);
            Site.await(
                    "it is kept",
                    () -> !site.records(site.topics().deadLetters()).isEmpty());
            return site.records(site.topics().deadLetters()).getFirst();
        }
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        new Random(bytes).nextBytes(random);
        return random;
    }

    private static RecordMetadata send(String topic, Sent sent) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, PARTITION, sent.key(), sent.value());
        record.headers().add("sender", Site.bytes("stranger"));
        return SITE.send(record);
    }

    private static RunEvent awaitAnswer(RecordMetadata trigger) {
        Site.await("the trigger is answered", () -> answers().stream().anyMatch(answer -> isTo(trigger, answer)));
        return answers().stream()
                .filter(answer -> isTo(trigger, answer))
                .findFirst()
                .orElseThrow();
    }

    private static List<RunEvent> answersTo(RecordMetadata trigger) {
        return ANSWERS.stream().filter(answer -> isTo(trigger, answer)).toList();
    }

    private static boolean isTo(RecordMetadata trigger, RunEvent answer) {
        JsonNode place = answer.data().path("trigger");
        return place.path("partition").asInt() == trigger.partition()
                && place.path("offset").asLong() == trigger.offset();
    }

    private static List<RunEvent> answers() {
        return answers(SITE);
    }

    private static List<RunEvent> answers(Site site) {
        return site.records(site.topics().events()).stream()
                .map(Site::event)
                .filter(event -> event.seq() == 0)
                .toList();
    }
}
