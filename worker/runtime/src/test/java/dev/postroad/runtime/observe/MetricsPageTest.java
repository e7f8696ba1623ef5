package dev.postroad.runtime.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class MetricsPageTest {
    private static final List<String> PROMISED = List.of(
            "postroad_transitions_total",
            "postroad_runs_ended_total",
            "postroad_runs_running",
            "postroad_runs_queued",
            "postroad_journal_rows_total",
            "postroad_journal_commit_seconds",
            "postroad_journal_failures_total",
            "postroad_shards_fenced_total",
            "postroad_clock_skew_seconds",
            "postroad_publish_outstanding_bytes",
            "postroad_events_published_total",
            "postroad_agent_calls_total",
            "postroad_agent_call_seconds",
            "postroad_agent_tokens_total",
            "postroad_agent_cost_total",
            "postroad_agent_calls_active",
            "postroad_log_entries_total",
            "postroad_http_streams",
            "postroad_dead_letters_total",
            "postroad_triggers_waiting",
            "postroad_queue_runs",
            "postroad_queue_oldest_seconds",
            "postroad_agents_restricted",
            "process_cpu_seconds_total",
            "postroad_http_connections",
            "postroad_http_connections_closed_total",
            "kafka_producer_record_send_total",
            "kafka_consumer_fetch_manager_records_consumed_total",
            "kafka_consumer_coordinator_assigned_partitions",
            "hikaricp_connections_active",
            "jvm_memory_used_bytes",
            "jvm_gc_live_data_size_bytes",
            "process_cpu_usage");

    /** A sample line of Prometheus's text format. */
    private static final String SAMPLE = "[a-zA-Z_:][a-zA-Z0-9_:]*(\\{.*\\})? \\S+";

    @Test
    void aScraperFindsWhatIsToBeWatchedOfAWorkerAndCanReadAllOfIt() {
        try (Site site = Site.open()) {
            Worker worker = site.worker();
            site.apply("""
                graph: quick
                state: { n: {} }
                nodes: { echo: { agent: test-echo } }
                edges: [ { from: START, to: echo }, { from: echo, to: END } ]
                """);
            Site.await("the graph is there", () -> site.number("SELECT count(*) FROM postroad.graphs") == 1);
            site.trigger("quick", "one", "{\"n\": 1}");
            site.ended("one");
            site.trigger("quick", "one", "{\"n\": 2}");
            Site.await(
                    "the second trigger is answered",
                    () -> site.published("one").stream()
                            .anyMatch(event -> event.type() == EventType.TRIGGER_DUPLICATE));
            try (Caller caller = new Caller(worker.httpPort())) {
                String page = caller.get("/metrics").text();
                Map<String, Long> types = page.lines()
                        .filter(line -> line.startsWith("# TYPE "))
                        .map(line -> line.split(" ", 4)[2])
                        .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
                assertThat(types)
                        .containsKeys(PROMISED.stream()
                                .map(name -> name.replaceFirst("_total$", ""))
                                .map(name -> types.containsKey(name) ? name : name + "_total")
                                .toArray(String[]::new));
                assertThat(types.values()).containsOnly(1L);
                assertThat(page.lines().filter(line -> !line.startsWith("#") && !line.isEmpty()))
                        .allMatch(line -> line.matches(SAMPLE));
                assertThat(sum(page, "postroad_transitions_total")).isEqualTo(1);
                assertThat(sum(page, "postroad_journal_rows_total"))
                        .as("a trigger that came twice writes nothing, and counts for nothing")
                        .isEqualTo(site.number("SELECT count(*) FROM postroad.journal"));
            }
        }
    }

    private static long sum(String page, String name) {
        return page.lines()
                .filter(line -> line.startsWith(name + "{"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
