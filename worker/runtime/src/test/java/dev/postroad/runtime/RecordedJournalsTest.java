package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.runtime.testing.Site;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Journals that build ed735d7 has written, row by row as they stood in its tables, are taken up by this one. */
@NullMarked
class RecordedJournalsTest {
    private static final String RECORDED = "/journals/ed735d7.jsonl";

    private final Site site = Site.open();
    private final Map<String, JsonNode> states = new HashMap<>();

    @BeforeEach
    void load() {
        List<JsonNode> lines = lines();
        site.sql().useTransaction(handle -> {
            for (JsonNode line : lines) {
                String table = line.path("table").asText();
                if (table.equals("states")) {
                    states.put(line.at("/row/run_id").asText(), line.path("row"));
                } else {
                    // A column that came later has its default, as after a migration.
                    List<String> names = new ArrayList<>();
                    line.path("row").fieldNames().forEachRemaining(names::add);
                    String columns = String.join(", ", names);
                    handle.execute(
                            "INSERT INTO postroad." + table + " (" + columns + ") SELECT " + columns
                                    + " FROM json_populate_record(NULL::postroad." + table + ", ?::json)",
                            line.path("row").toString());
                }
            }
            handle.execute(
                    "SELECT setval(pg_get_serial_sequence('postroad.runs', 'id'), (SELECT max(id) FROM postroad.runs))");
        });
    }

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void theirStatesAndTheirHistoriesAreWhatTheyWere() {
        assertThat(states).hasSizeGreaterThan(12);
        states.forEach((run, recorded) -> {
            assertThat(site.history().state(run, null).orElseThrow().state())
                    .as(run)
                    .isEqualTo(recorded.path("state"));
            assertThat(site.history().find(run).orElseThrow().status().publicName())
                    .as(run)
                    .isEqualTo(recorded.path("status").asText());
            assertThat(site.journal(run)).as(run).noneMatch(event -> event.type() == EventType.UNKNOWN);
        });
    }

    @Test
    void eachGoesOnFromWhereItWas() {
        site.worker();
        site.control("asking", new Control.Cancel("enough"));
        site.control("sleeping", new Control.Cancel("enough"));
        assertThat(site.ended("asking").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        assertThat(site.ended("sleeping").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        for (String run : List.of("loop", "each", "outer", "continued", "rolled-back", "fork", "updated")) {
            int before = site.journal(run).size();
            site.control(run, new Control.Continue(JsonNodeFactory.instance.objectNode(), WhenBusy.REJECT));
            Site.await(
                    run + " goes on and ends",
                    () -> site.journal(run).size() > before + 1
                            && site.history().find(run).orElseThrow().status() == RunStatus.COMPLETED);
        }
        site.control("failed", new Control.Retry());
        site.journalWith("failed", event -> event.type() == EventType.RUN_RETRIED);
        assertThat(site.number("SELECT count(*) FROM postroad.set_aside_runs")).isZero();
    }

    private static List<JsonNode> lines() {
        InputStream recorded = Objects.requireNonNull(RecordedJournalsTest.class.getResourceAsStream(RECORDED));
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(recorded, StandardCharsets.UTF_8))) {
            return reader.lines().map(RecordedJournalsTest::json).toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static JsonNode json(String line) {
        try {
            return Json.readOwn(line);
        } catch (FaultsException unreadable) {
            throw new IllegalStateException(line, unreadable);
        }
    }
}
