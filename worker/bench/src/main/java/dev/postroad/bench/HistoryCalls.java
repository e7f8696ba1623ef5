package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.past.EventFilter;
import dev.postroad.runtime.history.past.VersionFilter;
import dev.postroad.runtime.history.runs.RunFilter;
import dev.postroad.runtime.history.runs.RunPage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The questions that people ask about runs, each many times, about runs by chance. */
final class HistoryCalls implements AutoCloseable {
    private static final int PAGE = 50;
    private static final int WARM_UPS = 100;
    private static final Duration MONTH = Duration.ofDays(30);

    private final Random random = new Random(42);
    private final Instant newest = Instant.now().minus(Duration.ofDays(1));
    private final HikariDataSource database;
    private final RunHistory history;
    private final Plans plans;
    private final List<String> graphs;
    private final long runs;
    private @Nullable String cursor;

    HistoryCalls(Place place, List<String> graphs, Ground ground) throws IOException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(place.postgresUrl());
        config.setUsername("postroad");
        config.setMaximumPoolSize(1);
        // As the worker's own pool has it.
        config.addDataSourceProperty("prepareThreshold", "1");
        database = new HikariDataSource(config);
        history = new RunHistory(database);
        plans = new Plans(place.postgresUrl(), ground.superuserPassword(), ground.postgresLog());
        this.graphs = graphs;
        runs = place.count("SELECT count(*) FROM postroad.runs WHERE run_id LIKE 'history-%'");
    }

    /** The figures of each kind of question; its plans go to standard error. */
    ObjectNode measure(int calls) throws IOException {
        ObjectNode figures = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, Consumer<RunHistory>> kind : kinds().entrySet()) {
            for (int i = 0; i < WARM_UPS; i++) {
                kind.getValue().accept(history);
            }
            List<Double> millis = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                long begun = System.nanoTime();
                kind.getValue().accept(history);
                millis.add((System.nanoTime() - begun) / 1e6);
            }
            figures.set(kind.getKey(), Latencies.of(millis).figures());
            System.err.println("--- " + kind.getKey() + "\n" + plans.of(kind.getValue()));
        }
        return figures;
    }

    private Map<String, Consumer<RunHistory>> kinds() {
        Map<String, Consumer<RunHistory>> kinds = new LinkedHashMap<>();
        kinds.put("firstPage", asked -> asked.runs(RunFilter.ALL, null, PAGE));
        kinds.put("nextPage", this::turnThePage);
        kinds.put("failed", asked -> asked.runs(filter(Set.of(RunStatus.FAILED), null, null), null, PAGE));
        kinds.put("completed", asked -> asked.runs(filter(Set.of(RunStatus.COMPLETED), null, null), null, PAGE));
        kinds.put("running", asked -> asked.runs(filter(Set.of(RunStatus.RUNNING), null, null), null, PAGE));
        kinds.put("ofGraph", asked -> asked.runs(filter(Set.of(), graph(), null), null, PAGE));
        kinds.put("failedOfGraph", asked -> asked.runs(filter(Set.of(RunStatus.FAILED), graph(), null), null, PAGE));
        kinds.put("since", asked -> asked.runs(filter(Set.of(), null, time()), null, PAGE));
        kinds.put("ofTenant", asked -> asked.runs(tagged("tenant", tenant()), null, PAGE));
        kinds.put("ofOrder", asked -> asked.runs(tagged("order", Long.toString(random.nextLong(runs))), null, PAGE));
        kinds.put("ofNoTenant", asked -> asked.runs(tagged("tenant", "nobody"), null, PAGE));
        kinds.put("run", asked -> asked.find(run()));
        kinds.put("history", asked -> asked.versions(run(), VersionFilter.ALL, PAGE, misfit -> {}));
        kinds.put("state", asked -> asked.state(run(), null));
        kinds.put("events", asked -> asked.events(run(), EventFilter.ALL, random.nextInt(10), PAGE));
        kinds.put("timeline", asked -> asked.timeline(run()));
        kinds.put("queue", RunHistory::queue);
        return kinds;
    }

    private void turnThePage(RunHistory asked) {
        RunPage page = asked.runs(RunFilter.ALL, cursor, PAGE);
        cursor = page.next();
    }

    private static RunFilter filter(Set<RunStatus> statuses, @Nullable String graph, @Nullable Instant since) {
        return new RunFilter(statuses, graph, since, null, Map.of());
    }

    private static RunFilter tagged(String key, String value) {
        return new RunFilter(Set.of(), null, null, null, Map.of(key, value));
    }

    private String tenant() {
        return "tenant-" + random.nextInt(FullTables.TENANTS);
    }

    private String graph() {
        return graphs.get(random.nextInt(graphs.size()));
    }

    private Instant time() {
        return newest.minusSeconds(random.nextLong(MONTH.toSeconds()));
    }

    private String run() {
        return "history-" + random.nextLong(runs);
    }

    @Override
    public void close() {
        database.close();
        plans.close();
    }
}
