package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.RegistryKey;
import dev.postroad.contracts.definition.RegistryKey.Kind;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.AgentEvent;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.embedded.EmbeddedKafka;
import dev.postroad.runtime.availability.AgentEventType;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs and agents that come, change and go while two workers run. */
@NullMarked
class RegistryTest {
    private static final String PUPPET = """
            agent: puppet
            kind: java
            provider: test-puppet
            """;

    private static final String ASKING = """
            graph: asking
            state: { log: { reducer: append } }
            nodes: { ask: { agent: puppet }, close: { set: "{'log': ['closed']}" } }
            edges: [{ from: START, to: ask }, { from: ask, to: close }, { from: close, to: END }]
            """;

    private final Site site = Site.open();

    @AfterEach
    void close() {
        site.close();
    }

    private void startWorkers() {
        site.worker(Map.of("POSTROAD_WORKER_ID", "one"));
        site.worker(Map.of("POSTROAD_WORKER_ID", "two"));
    }

    private static String run(String name) {
        return name + "-" + UUID.randomUUID();
    }

    /** Runs on all shards, so on both workers. */
    private List<String> onAllShards(String name) {
        Map<Integer, String> runs = new LinkedHashMap<>();
        while (runs.size() < 4) {
            String runId = run(name);
            runs.putIfAbsent(site.shardOf(runId), runId);
        }
        return List.copyOf(runs.values());
    }

    private List<String> types(String agent) {
        return site.sql()
                .withHandle(handle -> handle.createQuery(
                                "SELECT type FROM postroad.agent_events WHERE agent = :agent ORDER BY id")
                        .bind("agent", agent)
                        .mapTo(String.class)
                        .list());
    }

    private void awaitTypes(String agent, String... types) {
        Site.await(agent + " has the events", () -> types(agent).equals(List.of(types)));
    }

    /** Without what was published again. */
    private List<AgentEvent> published(String agent) {
        Set<Long> seen = new HashSet<>();
        return site.records(site.topics().agentEvents()).stream()
                .map(RegistryTest::event)
                .filter(event -> event.agent().equals(agent) && seen.add(event.id()))
                .toList();
    }

    private static AgentEvent event(ConsumerRecord<byte[], byte[]> record) {
        try {
            return AgentEvent.read(record.value());
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(faults);
        }
    }

    private RunEvent end(String graph, String runId) {
        site.trigger(graph, runId, "{}");
        Site.await(
                "the trigger of " + runId + " is answered",
                () -> site.published(runId).stream()
                        .anyMatch(event -> event.type().endsRun() || event.type() == EventType.TRIGGER_REJECTED));
        return site.published(runId).getLast();
    }

    @Test
    void aBadDefinitionChangesNothingAndIsToldOfOnce() {
        startWorkers();
        site.apply(PUPPET + "---\n" + ASKING);
        awaitTypes("puppet", "agent.registered");
        site.send(
                site.topics().registry(),
                Site.bytes("agent/puppet"),
                Site.bytes("{'agent': 'puppet', 'kind': 'java', 'provider': 'nobody'}"));
        awaitTypes("puppet", "agent.registered", "agent.refused");
        site.send(
                site.topics().registry(),
                Site.bytes("agent/puppet"),
                Site.bytes("{'agent': 'other', 'kind': 'java', 'provider': 'test-puppet'}"));
        awaitTypes("puppet", "agent.registered", "agent.refused", "agent.refused");
        for (String runId : onAllShards("asking")) {
            assertThat(end("asking", runId).type()).isEqualTo(EventType.RUN_COMPLETED);
        }
        assertThat(types("other")).isEmpty();

        site.stopWorkers();
        int letters = site.records(site.topics().deadLetters()).size();
        assertThat(letters).isBetween(2, 4);
        startWorkers();
        assertThat(end("asking", run("later")).type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(types("puppet")).containsExactly("agent.registered", "agent.refused", "agent.refused");
        assertThat(site.records(site.topics().deadLetters())).hasSize(letters);
        assertThat(Site.header(site.records(site.topics().deadLetters()).getFirst(), EventHeaders.DEAD_LETTER_REASON))
                .contains("no JavaAgent is named \"nobody\"");
    }

    @Test
    void theNextCallsOnAllWorkersGoByTheNewDefinition() {
        startWorkers();
        site.apply(PUPPET + "---\n" + ASKING);
        awaitTypes("puppet", "agent.registered");
        CountDownLatch isChanged = new CountDownLatch(1);
        String underWay = run("under-way");
        PuppetAgent.play(underWay, call -> {
            isChanged.await();
            return PuppetAgent.nothing();
        });
        site.trigger("asking", underWay, "{}");
        Site.await("it is called", () -> !PuppetAgent.calls(underWay).isEmpty());
        site.apply("""
                agent: puppet
                kind: java
                provider: test-echo
                """);
        awaitTypes("puppet", "agent.registered", "agent.changed");
        for (String runId : onAllShards("asking")) {
            Site.await("the worker goes by the new definition", () -> {
                String next = runId + "-" + UUID.randomUUID();
                end("asking", next);
                return PuppetAgent.calls(next).isEmpty();
            });
        }
        isChanged.countDown();
        assertThat(site.ended(underWay).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        Site.await("all is published", () -> published("puppet").size() == 2);
        AgentEvent changed = published("puppet").getLast();
        assertThat(changed.data())
                .isEqualTo(
                        Site.json(
                                "{'kind': 'java', 'changed': ['provider'], 'before': {'provider': 'test-puppet'}, 'after': {'provider': 'test-echo'}}"));
        assertThat(changed.worker()).isIn("one", "two");
    }

    @Test
    void whatIsRemovedIsNotThereForNewRunsUntilItIsPublishedAnew() {
        startWorkers();
        site.apply(PUPPET + "---\n" + ASKING);
        awaitTypes("puppet", "agent.registered");
        site.client().remove("agent/puppet");
        awaitTypes("puppet", "agent.registered", "agent.removed");
        site.apply(ASKING.replace("asking", "other"));
        Site.await(
                "the graph is refused",
                () -> !site.records(site.topics().deadLetters()).isEmpty());
        assertThat(site.number("SELECT count(*) FROM postroad.graphs WHERE name = 'other'"))
                .isZero();

        site.stopWorkers();
        site.worker();
        assertThat(types("puppet")).containsExactly("agent.registered", "agent.removed");
        site.apply(PUPPET);
        awaitTypes("puppet", "agent.registered", "agent.removed", "agent.registered");
        for (String runId : onAllShards("asking")) {
            assertThat(end("asking", runId).type()).isEqualTo(EventType.RUN_COMPLETED);
        }
        // What was refused when it came does not get in later.
        assertThat(end("other", run("other")).type()).isEqualTo(EventType.TRIGGER_REJECTED);
        Site.await("all is published", () -> published("puppet").size() == 3);
    }

    @Test
    void anAgentOfTheClassPathCanBeRemovedToo() {
        startWorkers();
        site.apply(ASKING.replace("agent: puppet", "agent: test-puppet"));
        String before = run("before");
        assertThat(end("asking", before).type()).isEqualTo(EventType.RUN_COMPLETED);
        site.client().remove("agent/test-puppet");
        awaitTypes("test-puppet", "agent.removed");
        site.stopWorkers();
        site.worker();
        site.apply(ASKING.replace("graph: asking", "graph: other").replace("agent: puppet", "agent: test-puppet"));
        Site.await(
                "the graph is refused",
                () -> !site.records(site.topics().deadLetters()).isEmpty());
    }

    @Test
    void aRemovedGraphTakesNoNewRunsAndKeepsThoseItHas() {
        startWorkers();
        site.apply(PUPPET + "---\n" + ASKING);
        CountDownLatch isRemoved = new CountDownLatch(1);
        String pinned = run("pinned");
        PuppetAgent.play(pinned, call -> {
            isRemoved.await();
            return PuppetAgent.nothing();
        });
        site.trigger("asking", pinned, "{}");
        Site.await("it is called", () -> !PuppetAgent.calls(pinned).isEmpty());
        site.client().remove("graph/asking");
        Site.await(
                "it is removed",
                () -> site.number("SELECT count(*) FROM postroad.graph_removals WHERE republished_at IS NULL") == 1);
        for (String runId : onAllShards("refused")) {
            Site.await(
                    "a worker refuses it",
                    () -> end("asking", runId + "-" + UUID.randomUUID()).type() == EventType.TRIGGER_REJECTED);
        }
        isRemoved.countDown();
        assertThat(site.ended(pinned).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);

        site.stopWorkers();
        site.worker();
        assertThat(end("asking", run("refused")).type()).isEqualTo(EventType.TRIGGER_REJECTED);
        site.control(pinned, new Control.Fork(1, pinned + "-fork", null, null, null));
        Site.await(
                "a fork goes by the version that it was pinned to",
                () -> site.history()
                        .find(pinned + "-fork")
                        .filter(run -> run.status() == RunStatus.COMPLETED)
                        .isPresent());

        site.apply(ASKING.replace("'closed'", "'anew'"));
        Site.await("it is there again", () -> end("asking", run("anew")).type() == EventType.RUN_COMPLETED);
        assertThat(site.number("SELECT max(version) FROM postroad.graphs WHERE name = 'asking'"))
                .isEqualTo(2);
        site.stopWorkers();
        site.worker();
        assertThat(end("asking", run("anew")).type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void whatIsMissingIsSeenByOneLookAtAll() {
        site.worker();
        site.apply(PUPPET + "---\n" + ASKING + "---\n" + ASKING.replace("asking", "other"));
        site.client().remove("graph/other");
        RegistryKey agent = new RegistryKey(Kind.AGENT, "puppet");
        RegistryKey graph = new RegistryKey(Kind.GRAPH, "asking");
        RegistryKey removed = new RegistryKey(Kind.GRAPH, "other");
        RegistryKey none = new RegistryKey(Kind.AGENT, "asking");
        PublishedDefinitions published = new PublishedDefinitions(site.sql());
        Site.await(
                "all is stored, and one removed",
                () -> published.missing(List.of(agent, graph, removed, none)).equals(Set.of(removed, none)));
        assertThat(published.missing(List.of())).isEmpty();
    }

    @Test
    void aGraphThatIsPublishedAnewAsItWasHasItsVersionAgain() {
        site.worker();
        site.apply(PUPPET + "---\n" + ASKING);
        assertThat(end("asking", run("first")).type()).isEqualTo(EventType.RUN_COMPLETED);
        site.client().remove("graph/asking");
        site.apply(ASKING);
        Site.await(
                "it is there again",
                () -> site.number("SELECT count(*) FROM postroad.graph_removals WHERE republished_at IS NOT NULL")
                        == 1);
        assertThat(end("asking", run("second")).type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(site.number("SELECT count(*) FROM postroad.graphs")).isEqualTo(1);
    }

    @Test
    void changesInQuickSuccessionLeaveTheLast() {
        startWorkers();
        for (int i = 1; i <= 30; i++) {
            site.apply(PUPPET + "timeout: PT" + i + "S\n");
            site.client().remove("agent/puppet");
        }
        site.apply(PUPPET + "timeout: PT31S\n");
        Site.await("the last is there", () -> types("puppet").size() == 61);
        assertThat(site.number("""
                SELECT count(*) FROM postroad.agents
                WHERE name = 'puppet' AND removed_at IS NULL AND definition->>'timeout' = 'PT31S'""")).isEqualTo(1);
        Site.await("all is published", () -> published("puppet").size() == 61);
        assertThat(published("puppet")).extracting(AgentEvent::type).isEqualTo(types("puppet"));
        assertThat(published("puppet")).extracting(AgentEvent::id).isSorted();
    }

    @Test
    void aTriggerForAnUnknownGraphIsAnsweredWhileTheRegistryIsFlooded() throws InterruptedException {
        site.worker();
        site.apply(ASKING.replace("asking", "known").replace("agent: puppet", "set: \"{'log': ['open']}\""));
        AtomicBoolean enough = new AtomicBoolean();
        Thread flood = Thread.ofVirtual().start(() -> {
            while (!enough.get()) {
                site.sendAll(IntStream.range(0, 200)
                        .mapToObj(_ -> new ProducerRecord<>(
                                site.topics().registry(), Site.bytes("graph:bad"), Site.bytes("graph: {")))
                        .toList());
            }
        });
        try {
            String unknown = run("nobody");
            site.trigger("nobody", unknown, "{}");
            Site.await("it is refused", () -> !site.published(unknown).isEmpty());
            assertThat(site.published(unknown).getFirst().type()).isEqualTo(EventType.TRIGGER_REJECTED);
            String sound = run("sound");
            site.trigger("known", sound, "{}");
            assertThat(site.ended(sound).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        } finally {
            enough.set(true);
            flood.join();
        }
    }

    @Test
    void theSchemaOfAgentEventsKnowsEveryTypeAndNoOther() throws IOException, FaultsException {
        try (InputStream schema = RegistryTest.class.getResourceAsStream("/postroad/schemas/agent-event.json")) {
            JsonNode types =
                    Json.readOwn(Objects.requireNonNull(schema).readAllBytes()).at("/properties/type/enum");
            assertThat(types.valueStream().map(JsonNode::textValue))
                    .containsExactlyElementsOf(Arrays.stream(AgentEventType.values())
                            .map(AgentEventType::publicName)
                            .toList());
        }
    }

    @Test
    void eventsOfAgentsWaitForKafka(@TempDir Path directory) {
        EmbeddedKafka first = EmbeddedKafka.start(directory, 0);
        try (Site away = Site.openOn(first.bootstrapServers())) {
            away.worker();
            first.close();
            String insert = "INSERT INTO postroad.agent_events (agent, type, at, data)"
                    + " VALUES ('a', 'agent.enabled', now(), '{}')";
            away.sql().useHandle(handle -> {
                handle.execute(insert);
                handle.execute(insert);
            });
            try (EmbeddedKafka second = EmbeddedKafka.start(directory, first.port())) {
                Site.await(
                        "they are published",
                        () -> away.number("SELECT count(*) FROM postroad.agent_events WHERE published") == 2);
                assertThat(away.records(away.topics().agentEvents()))
                        .as("events on %s", second.bootstrapServers())
                        .extracting(record -> event(record).id())
                        .containsExactly(1L, 2L);
                away.stopWorkers();
            }
        } finally {
            first.close();
        }
    }
}
