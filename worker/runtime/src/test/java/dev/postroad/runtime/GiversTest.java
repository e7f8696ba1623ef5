package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.runtime.history.past.StateVersion;
import dev.postroad.runtime.history.past.VersionFilter;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Site;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who gave a command stands in the journal, and on the topic, beside what became of it. */
@NullMarked
class GiversTest {
    private static final String GRAPH = """
        graph: asks
        state: { n: { reducer: sum } }
        nodes: { ask: { interrupt: "'how many?'", output: "{'n': result}" } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        """;

    private static final Site SITE = Site.open();
    private static Caller caller = new Caller(0);

    @BeforeAll
    static void start() {
        caller = SITE.caller();
        SITE.apply(GRAPH);
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    private static ObjectNode object(String text) {
        return (ObjectNode) Site.json(text);
    }

    /** Gives a command and waits until its run has answered it. */
    private static JsonNode answer(String runId, String by, Control.Action action) {
        String id = "by-" + by.hashCode();
        SITE.client().control(new Control(runId, id, action, by));
        return SITE.answer(runId, id).data();
    }

    @Test
    void everyCommandIsAnsweredWithWhoGaveIt() {
        SITE.trigger("asks", "steered", "{'n': 1}");
        List<Control.Action> actions = List.of(
                new Control.Reassign(null, "grace"),
                new Control.Pause(),
                new Control.Unpause(),
                new Control.Fork(1, "steered-fork", null, null, null),
                new Control.Rollback(1, false),
                new Control.UpdateState(object("{'n': 2}"), "START", null),
                new Control.Resume(Map.of(), null, List.of()),
                new Control.Cancel("enough"),
                new Control.Retry(),
                new Control.Pause(),
                new Control.Resume(Map.of("nobody", Site.json("1")), null, List.of()),
                Control.Resume.with(Site.json("40")),
                new Control.Continue(object("{'n': 1}"), WhenBusy.ENQUEUE));
        SITE.journalWith("steered", event -> event.typeName().equals("run.waiting"));
        for (int i = 0; i < actions.size(); i++) {
            String giver = "Zoë \"" + i + "\" \\ \n";
            assertThat(answer("steered", giver, actions.get(i)).path("by").asText())
                    .as(actions.get(i).type())
                    .isEqualTo(giver);
        }
        List<RunEvent> journal = SITE.journal("steered");
        Site.await("all is on the topic", () -> SITE.publishedOnce("steered").size() >= journal.size());
        assertThat(SITE.publishedOnce("steered").subList(0, journal.size()))
                .extracting(event -> event.data().path("by"))
                .isEqualTo(
                        journal.stream().map(event -> event.data().path("by")).toList());
        assertThat(SITE.history().find("steered-fork")).isPresent();
    }

    @Test
    void aCommandThatNobodyPutsANameToIsAnsweredWithoutOne() {
        SITE.trigger("asks", "nameless", "{}");
        SITE.control("nameless", new Control.Cancel(null));
        assertThat(SITE.ended("nameless")).noneMatch(event -> event.data().has("by"));
    }

    @Test
    void aCommandThatCameBeforeItsRunIsAnsweredWithWhoGaveIt() {
        SITE.client().control(new Control("early", "first", new Control.Cancel(null), "ada"));
        Site.await(
                "it is kept",
                () -> SITE.number("SELECT count(*) FROM postroad.pending_commands WHERE run_id = 'early'") == 1);
        SITE.trigger("asks", "early", "{}");
        assertThat(SITE.ended("early"))
                .filteredOn(event -> event.typeName().equals("run.cancelled"))
                .extracting(event -> event.data().path("by").asText())
                .containsExactly("ada");
    }

    @Test
    void theHistoryTellsWhoAnswered() {
        SITE.trigger("asks", "told", "{'n': 1}");
        SITE.journalWith("told", event -> event.typeName().equals("run.waiting"));
        Caller.Reply sent = caller.post("/api/control", "{'type': 'resume', 'runId': 'told', 'value': 2, 'by': 'ada'}");
        assertThat(sent.status()).as(sent.text()).isEqualTo(202);
        SITE.ended("told");
        List<StateVersion> versions = SITE.history().versions("told", VersionFilter.ALL, 10, misfit -> {});
        assertThat(versions).extracting(StateVersion::by).containsExactly(List.of(), List.of("ada"));
        assertThat(caller.get("/api/runs/told/history").json().at("/versions/1/by"))
                .isEqualTo(Site.json("['ada']"));
    }

    @Test
    void aRefusalBesideTheJournalSaysToWhom() {
        SITE.trigger("asks", "flooded", "{}");
        SITE.journalWith("flooded", event -> event.typeName().equals("run.waiting"));
        for (int i = 0; i < 40; i++) {
            SITE.client().control(new Control("flooded", "again-" + i, new Control.Unpause(), "ada"));
        }
        Site.await("all are answered", () -> refusals("flooded").size() == 40);
        assertThat(refusals("flooded"))
                .allMatch(event -> event.data().path("by").asText().equals("ada"))
                .anyMatch(event -> event.seq() == 0);
    }

    @Test
    void aRunSaysWhoAskedForItByItsTriggerOrItsHeader() {
        SITE.client().trigger(Trigger.of("asks", "asked-1", object("{}")).by("ada"));
        SITE.send(by("grace", SITE.topics().triggers(), "asked-2", "{'graph': 'asks'}"));
        SITE.send(by("grace", SITE.topics().triggers(), "asked-3", "{'graph': 'asks', 'by': 'ada'}"));
        SITE.trigger("asks", "asked-4", "{}");
        List<String> givers = List.of("asked-1", "asked-2", "asked-3", "asked-4").stream()
                .map(run -> SITE.journalWith(run, event -> event.typeName().equals("run.waiting"))
                        .getFirst()
                        .data()
                        .path("by")
                        .asText())
                .toList();
        assertThat(givers).containsExactly("ada", "grace", "ada", "");
        SITE.send(by("grace", SITE.topics().control(), "asked-4", "{'type': 'cancel', 'commandId': 'c-1'}"));
        assertThat(SITE.answer("asked-4", "c-1").data().path("by").asText()).isEqualTo("grace");
    }

    private static ProducerRecord<byte[], byte[]> by(String giver, String topic, String key, String value) {
        var record =
                new ProducerRecord<byte[], byte[]>(topic, Site.bytes(key), value.isEmpty() ? null : Site.bytes(value));
        record.headers().add("postroad-by", giver.getBytes(StandardCharsets.UTF_8));
        return record;
    }

    @Test
    void whoChangesDefinitionsAndAgentsIsNoted() {
        SITE.send(by("ada", SITE.topics().registry(), "agent/noted", """
            {'agent': 'noted', 'kind': 'java', 'provider': 'test-puppet'}"""));
        SITE.send(by("ada", SITE.topics().registry(), "graph/noted", """
            {'graph': 'noted', 'nodes': {'a': {'interrupt': '1'}}, 'edges': [{'from': 'START', 'to': 'a'},
             {'from': 'a', 'to': 'END'}]}"""));
        SITE.send(by("ada", SITE.topics().registry(), "schedule/noted", """
            {'schedule': 'noted', 'graph': 'asks', 'every': 'P1D'}"""));
        Site.await("all are noted", () -> noted().size() == 3);
        for (String kind : List.of("agent", "graph", "schedule")) {
            SITE.send(by("grace", SITE.topics().registry(), kind + "/noted", ""));
        }
        Site.await("their removal is, too", () -> noted().size() == 6);
        assertThat(noted())
                .containsExactlyInAnyOrder(
                        "agent.registered ada",
                        "graph.published ada",
                        "schedule.published ada",
                        "agent.removed grace",
                        "graph.removed grace",
                        "schedule.removed grace");
    }

    private static List<String> noted() {
        return SITE.sql()
                .withHandle(
                        handle -> handle.createQuery("""
                        SELECT type || ' ' || coalesce(data ->> 'by', '') FROM postroad.agent_events
                        WHERE coalesce(agent, graph, schedule) = 'noted' ORDER BY id""").mapTo(String.class).list());
    }

    private static List<RunEvent> refusals(String runId) {
        return SITE.published(runId).stream()
                .filter(event -> event.typeName().equals("command.rejected"))
                .toList();
    }
}
