package dev.postroad.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.history.agents.AgentFigures;
import dev.postroad.runtime.history.agents.AgentMetrics;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Runs with planned failures on two workers: whoever counts what happened comes to the same. A failure prints the seed;
 * {@code -Dpostroad.runs=10000} makes it longer.
 */
@NullMarked
class SumsAgreeTest {
    private static final int RUNS = Integer.getInteger("postroad.runs", 1_500);
    private static final int MOST_ATTEMPTS = 3;
    private static final Site SITE = Site.open();
    private static final List<String> NODES = List.of("draft", "check");

    private final long seed = Long.getLong("postroad.seed", System.nanoTime());

    /** What is to happen at a node of a run: it fails so often, then answers, unless its attempts are used up before. */
    private record Plan(int failures, int inputTokens, int outputTokens, int millis) {
        boolean isDoomed() {
            return failures >= MOST_ATTEMPTS;
        }

        int calls() {
            return isDoomed() ? MOST_ATTEMPTS : failures + 1;
        }
    }

    private Plan plan(int run, String node) {
        Random random = new Random(Objects.hash(seed, run, node));
        int failures = random.nextInt(10) < 6 ? 0 : random.nextInt(MOST_ATTEMPTS + 1);
        return new Plan(failures, random.nextInt(100), random.nextInt(50), random.nextInt(8) == 0 ? 40 : 1);
    }

    @AfterAll
    static void close() {
        SITE.close();
    }

    @Test
    void tablesViewsMetersAndJournalAgreeWithWhatWasPlanned() {
        for (String node : NODES) {
            SITE.apply("""
                    agent: %s-agent
                    kind: java
                    provider: test-puppet
                    retry: { maxAttempts: %d, backoff: PT0.01S }
                    """.formatted(node, MOST_ATTEMPTS));
        }
        SITE.apply("""
                graph: planned
                state: { topic: { default: kettles }, said: { reducer: append } }
                nodes:
                  draft: { agent: draft-agent, input: "{'topic': state.topic}", output: "{'said': ['draft']}" }
                  check: { agent: check-agent, output: "{'said': ['check']}" }
                edges: [ { from: START, to: draft }, { from: draft, to: check }, { from: check, to: END } ]
                """);
        List<Worker> workers = SITE.workers(2);
        Site.await("the graph is there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 1);
        for (int i = 0; i < RUNS; i++) {
            int run = i;
            PuppetAgent.play("run-" + i, call -> play(plan(run, call.node()), call));
            SITE.trigger("planned", "run-" + i, "{}");
        }
        Site.await(
                "all runs have ended",
                () -> SITE.number("SELECT count(*) FROM postroad.runs WHERE ended_at IS NOT NULL") == RUNS);
        List<String> scraped = workers.stream().map(SumsAgreeTest::scrape).toList();
        SITE.stopWorkers();

        for (String node : NODES) {
            String agent = node + "-agent";
            long calls = sum(node, Plan::calls);
            long failures = sum(node, plan -> plan.isDoomed() ? MOST_ATTEMPTS : plan.failures());
            long completed = sum(node, plan -> plan.isDoomed() ? 0 : 1);
            long inputTokens = sum(node, plan -> plan.isDoomed() ? 0 : plan.inputTokens());
            long outputTokens = sum(node, plan -> plan.isDoomed() ? 0 : plan.outputTokens());
            List<Long> planned = List.of(calls, failures, inputTokens, outputTokens);

            assertThat(row("""
                            SELECT sum(calls), sum(failures), sum(tokens_in), sum(tokens_out)
                            FROM postroad.agent_metrics WHERE agent = ?""", agent))
                    .as("agent_metrics of %s, seed %s", node, seed)
                    .isEqualTo(planned);
            assertThat(row("""
                            SELECT count(*), count(*) FILTER (WHERE status = 'failed'), sum(input_tokens),
                                   sum(output_tokens)
                            FROM postroad.agent_results WHERE agent = ?""", agent))
                    .as("agent_results of %s, seed %s", node, seed)
                    .isEqualTo(planned);
            assertThat(row("""
                            SELECT sum(attempts), sum(attempts) - count(*) FILTER (WHERE status = 'completed'),
                                   sum(input_tokens), sum(output_tokens)
                            FROM postroad.tasks WHERE agent = ?""", agent)).as("tasks of %s, seed %s", node, seed).isEqualTo(planned);
            assertThat(row("""
                            SELECT count(*) FILTER (WHERE type = 'node.started'),
                                   count(*) FILTER (WHERE type IN ('node.retrying', 'node.failed')),
                                   count(*) FILTER (WHERE type = 'node.completed')
                            FROM postroad.journal WHERE node = ?""", node))
                    .as("journal of %s, seed %s", node, seed)
                    .isEqualTo(List.of(calls, failures, completed));
            assertThat(List.of(
                            metered(scraped, "postroad_agent_call_seconds_count{agent=\"" + agent + "\"}"),
                            metered(scraped, "postroad_agent_calls_total{agent=\"" + agent + "\",outcome=\"failure\"}"),
                            metered(scraped, "postroad_agent_tokens_total{agent=\"" + agent + "\",kind=\"input\"}"),
                            metered(scraped, "postroad_agent_tokens_total{agent=\"" + agent + "\",kind=\"output\"}")))
                    .as("/metrics of %s, seed %s", node, seed)
                    .isEqualTo(planned);
            percentilesAgree(agent);
        }
        assertThat(SITE.number(
                        "SELECT count(*) FROM postroad.tasks WHERE node = 'draft' AND input ->> 'topic' = 'kettles'"))
                .as("what the agent was handed")
                .isEqualTo(RUNS);
        assertThat(SITE.number("SELECT count(*) FROM postroad.tasks WHERE node = 'check' AND input IS NOT NULL"))
                .as("of a node that is handed the state")
                .isZero();
    }

    /** Those of the histograms are exact below 256 ms, and to 1 % above. */
    private static void percentilesAgree(String agent) {
        AgentFigures.Latency latency = Objects.requireNonNull(new AgentMetrics(SITE.database())
                .find(agent, Instant.EPOCH)
                .orElseThrow()
                .total()
                .latency());
        Map<Double, Long> told = Map.of(0.5, latency.p50Millis(), 0.95, latency.p95Millis(), 0.99, latency.p99Millis());
        told.forEach((percentile, millis) -> {
            long exact = SITE.number("""
                    SELECT (1000 * extract(epoch FROM percentile_disc(?) WITHIN GROUP (ORDER BY duration)))::bigint
                    FROM postroad.agent_results WHERE agent = ?""", percentile, agent);
            assertThat((double) millis).as("%s of %s", percentile, agent).isBetween(exact * 0.99, exact * 1.01);
        });
        assertThat(latency.p99Millis()).as("planned").isGreaterThanOrEqualTo(40);
    }

    private static AgentReply play(Plan plan, AgentCall call) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(plan.millis());
        if (call.attempt() <= plan.failures()) {
            return AgentReply.retryable("planned", "as planned");
        }
        JsonNode output = JsonNodeFactory.instance.objectNode();
        return new Completed(output, new Usage(plan.inputTokens(), plan.outputTokens()));
    }

    /** Over the runs that come to the node. */
    private long sum(String node, ToLongFunction<Plan> figure) {
        return IntStream.range(0, RUNS)
                .filter(run -> node.equals("draft") || !plan(run, "draft").isDoomed())
                .mapToObj(run -> plan(run, node))
                .mapToLong(figure)
                .sum();
    }

    private static List<Long> row(String sql, String argument) {
        return SITE.sql()
                .withHandle(handle -> handle.select(sql, argument)
                        .map((row, context) -> IntStream.rangeClosed(
                                        1, row.getMetaData().getColumnCount())
                                .mapToObj(column -> number(row, column))
                                .toList())
                        .one());
    }

    private static Long number(java.sql.ResultSet row, int column) {
        try {
            return row.getLong(column);
        } catch (java.sql.SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static String scrape(Worker worker) {
        try (Caller caller = new Caller(worker.httpPort())) {
            return caller.get("/metrics").text();
        }
    }

    private static long metered(List<String> scraped, String name) {
        return scraped.stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
                .sum();
    }
}
