package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Thousands of commands that come to nothing: none is met with silence, and none is kept for ever. */
@NullMarked
class FloodOfCommandsTest {
    private static final String GRAPH = """
            graph: plain
            state: { n: { reducer: sum } }
            nodes: { one: { set: "{'n': 1}" } }
            edges: [{ from: START, to: one }, { from: one, to: END }]
            """;

    private final Site site = Site.open();

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void commandsForRunsThatNeverComeAreForgottenInTime() {
        site.worker(Map.of("POSTROAD_PENDING_COMMANDS", "PT2S"));
        site.apply(GRAPH);
        List<ProducerRecord<byte[], byte[]>> cancels = new ArrayList<>();
        for (int i = 0; i < 6_000; i++) {
            cancels.add(cancel("nobody-" + i, "c"));
        }
        site.sendAll(cancels);
        Site.await("all are taken", site::controlIsCommitted);
        Site.await("all are forgotten", () -> site.number("SELECT count(*) FROM postroad.pending_commands") == 0);
        site.trigger("plain", "nobody-1", "{}");
        assertThat(site.ended("nobody-1").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void noMoreThanAThousandCommandsAreKeptForOneRunAndTheNextIsADeadLetter() {
        site.worker();
        site.sendAll(IntStream.range(0, 1_050)
                .mapToObj(i -> cancel("nobody", "c-" + i))
                .toList());
        Site.await("all are taken", site::controlIsCommitted);
        long kept = site.number("SELECT count(*) FROM postroad.pending_commands");
        assertThat(kept).isBetween(1_000L, 1_049L);
        List<String> reasons = site.records(site.topics().deadLetters()).stream()
                .map(record -> String.valueOf(Site.header(record, "postroad-reason")))
                .toList();
        assertThat(reasons)
                .hasSize((int) (1_050 - kept))
                .allMatch(reason -> reason.contains("1000 commands are kept for it already"));
    }

    @Test
    void everyOneOfManyRefusedCommandsIsAnsweredAndTheJournalStaysSmall() {
        site.worker();
        site.apply(GRAPH);
        site.trigger("plain", "done", "{}");
        int before = site.ended("done").size();
        site.sendAll(IntStream.range(0, 1_000)
                .mapToObj(i -> cancel("done", "c-" + i))
                .toList());
        Site.await("all are answered", () -> answered("done") == 1_000);
        Site.await("all are taken", site::controlIsCommitted);
        List<RunEvent> journal = site.journal("done");
        assertThat(journal.size() - before).isBetween(11, 24);
        assertThat(journal.getLast().data().path("count").asInt()).isGreaterThan(10);
    }

    private int answered(String run) {
        return site.published(run).stream()
                .filter(event -> event.type() == EventType.COMMAND_REJECTED)
                .map(event -> event.data().path("commandId").asText())
                .collect(Collectors.toSet())
                .size();
    }

    private ProducerRecord<byte[], byte[]> cancel(String run, String commandId) {
        String value = "{'type': 'cancel', 'runId': '" + run + "', 'commandId': '" + commandId + "'}";
        return new ProducerRecord<>(site.topics().control(), Site.bytes(run), Site.bytes(value));
    }
}
