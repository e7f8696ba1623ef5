package dev.postroad.runtime.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Limits of agents over all workers, on a real Kafka and Postgres with two workers. */
@NullMarked
class ClusterLimitsTest {
    private static final Site SITE = Site.open(4);
    private static final List<Worker> WORKERS = new ArrayList<>();
    private static final int RUNS = 6;
    private static final String GRAPHS = """
            agent: narrow
            kind: java
            provider: test-puppet
            bulkhead: { calls: 2, scope: cluster, key: input.tenant }
            ---
            agent: metered
            kind: java
            provider: test-puppet
            rateLimit: { tokens: 1000, per: PT10M, scope: cluster }
            ---
            graph: narrow
            state: { tenant: {} }
            nodes: { one: { agent: narrow, input: "{'tenant': state.tenant}" } }
            edges: [{ from: START, to: one }, { from: one, to: END }]
            ---
            graph: metered
            nodes: { one: { agent: metered } }
            edges: [{ from: START, to: one }, { from: one, to: END }]
            """;

    @BeforeAll
    static void open() {
        WORKERS.addAll(SITE.workers(2));
        SITE.awaitShares(2);
        SITE.apply(GRAPHS);
    }

    @AfterAll
    static void close() {
        SITE.close();
    }

    @Test
    void neverAreMoreCallsOfAKeyUnderWayThanTheLimitOverBothWorkersAndWhatWaitsWaitsInTheJournal() {
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger highest = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        for (int i = 0; i < RUNS; i++) {
            PuppetAgent.play("narrow-" + i, call -> {
                highest.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                go.await();
                underWay.decrementAndGet();
                return PuppetAgent.nothing();
            });
            SITE.trigger("narrow", "narrow-" + i, "{'tenant': 'acme'}");
        }
        Site.await(
                "two are called, and the others wait in the journal",
                () -> underWay.get() == 2
                        && SITE.number("SELECT count(DISTINCT run_id) FROM postroad.workflow_events"
                                        + " WHERE graph = 'narrow' AND type = 'node.waiting'")
                                == RUNS - 2);
        SITE.trigger("narrow", "other-key", "{'tenant': 'globex'}");
        assertThat(SITE.ended("other-key").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        Caller caller = new Caller(WORKERS.getFirst().httpPort());
        Site.await(
                "a run says what it waits for",
                () -> IntStream.range(0, RUNS)
                        .mapToObj(i ->
                                caller.get("/api/runs/narrow-" + i + "/why").text())
                        .anyMatch(why -> why.contains("agent-limit") && why.contains("2 calls at once for acme")));
        go.countDown();
        for (int i = 0; i < RUNS; i++) {
            assertThat(SITE.ended("narrow-" + i).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        }
        assertThat(highest.get()).isEqualTo(2);
        Site.await(
                "all places are given back",
                () -> SITE.number("SELECT coalesce(sum(places), 0) FROM postroad.limit_places") == 0);
    }

    @Test
    void callsAreChargedTheTokensThatTheyReallyUsedAndTheNextWaitsForThePeriod() {
        PuppetAgent.play(
                "metered-1",
                call -> new AgentReply.Completed(JsonNodeFactory.instance.objectNode(), new Usage(900, 100)));
        SITE.trigger("metered", "metered-1", "{}");
        assertThat(SITE.ended("metered-1").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        Site.await(
                "what it used is known to all",
                () -> SITE.number("SELECT coalesce(sum(split_part(part, ':', 2)::bigint), 0) FROM postroad.limits,"
                                + " unnest(string_to_array(used, ' ')) AS part"
                                + " WHERE name = 'agent/metered/rateLimit' AND part LIKE '%:%'")
                        == 1_000);
        SITE.trigger("metered", "metered-2", "{}");
        RunEvent waiting = SITE.journalWith("metered-2", event -> event.type() == EventType.NODE_WAITING).stream()
                .filter(event -> event.type() == EventType.NODE_WAITING)
                .findFirst()
                .orElseThrow();
        assertThat(waiting.data().path("reason").asText()).contains("1000 tokens per PT10M");
        assertThat(PuppetAgent.calls("metered-2")).isEmpty();
    }

    @Test
    void placesOfAWorkerComeBackWhenItIsKnownToBeDead() throws Exception {
        String enter = """
                INSERT INTO postroad.workers (id, name, host, version, lease, locked)
                VALUES (?, 'passing', 'here', '1', interval '1 hour', false)""";
        SITE.sql().useHandle(handle -> {
            handle.execute(enter, 71);
            handle.execute(enter, 72);
        });
        Permits.Key key = new Permits.Key("agent/none/bulkhead", "");
        PermitTable dying = new PermitTable(SITE.database(), 71);
        PermitTable living = new PermitTable(SITE.database(), 72);
        assertThat(dying.places(key, 5, 0, 4).held()).isEqualTo(4);
        assertThat(living.places(key, 5, 0, 3).held()).isEqualTo(1);
        assertThat(dying.wantedByOthers()).contains(key);
        SITE.sql().useHandle(handle -> handle.execute("DELETE FROM postroad.workers WHERE id = 71"));
        assertThat(living.places(key, 5, 1, 3).held()).isEqualTo(4);
        assertThat(dying.places(key, 5, 2, 3).held())
                .as("who is taken for dead gets no more, and its calls under way end")
                .isEqualTo(2);
        SITE.sql().useHandle(handle -> handle.execute("DELETE FROM postroad.workers WHERE id = 72"));
        assertThat(SITE.number("SELECT count(*) FROM postroad.limit_places WHERE worker IN (71, 72)"))
                .isZero();
    }

    @Test
    void aWorkerAsksOnceForManyUsesOfARate() throws Exception {
        Permits.Key key = new Permits.Key("agent/none/rateLimit", "");
        PermitTable table = new PermitTable(SITE.database(), 73);
        Permits.Correction nothing = new Permits.Correction(0, 0, Instant.MAX);
        assertThat(table.use(key, 100, Duration.ofHours(1), 1, 60, nothing).granted())
                .isEqualTo(60);
        assertThat(table.use(key, 100, Duration.ofHours(1), 1, 60, nothing).granted())
                .isEqualTo(40);
        assertThat(table.use(key, 100, Duration.ofHours(1), 1, 60, nothing).pause())
                .isPositive();
    }

    @Test
    void badLimitsAreTold() {
        assertThatThrownBy(() -> Definitions.readAll("""
                agent: a
                kind: java
                bulkhead: { calls: 2, key: input.tenant }
                rateLimit: { tokens: 5, calls: 3, per: PT0.5S, maxWait: PT1S, scope: cluster }
                ---
                agent: b
                kind: java
                rateLimit: { tokens: 5 }
                bulkhead: { calls: 1, scope: everywhere }
                """))
                .isInstanceOfSatisfying(
                        FaultsException.class,
                        wrong -> assertThat(wrong.faults())
                                .extracting(Object::toString)
                                .containsExactlyInAnyOrder(
                                        "document 1.bulkhead.key: has no meaning on one worker; add scope: cluster",
                                        "document 1.rateLimit.tokens: stands beside calls; keep one of the two",
                                        "document 1.rateLimit.maxWait: has no meaning with scope: cluster; remove it; what waits, waits in the journal",
                                        "document 1.rateLimit.per: is PT0.5S; use PT1S to P31D with scope: cluster",
                                        "document 2.bulkhead.scope: is \"everywhere\"; use worker or cluster",
                                        "document 2.rateLimit.tokens: are counted over all workers alone; add scope: cluster"));
    }
}
