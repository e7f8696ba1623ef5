package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Trigger;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long the steps of small runs take, alone and beside runs whose expressions cost as much as they may before they are
 * given up. A step is from one decision of a run to the next.
 */
final class CostlyNeighbours {
    private static final String COSTLY_NAME = "bench-costly";
    private static final String COSTLY = """
            graph: bench-costly
            state: { l: {}, n: {} }
            nodes: { count: { set: "{'n': state.l.filter(i, i in state.l).size()}" } }
            edges: [{ from: START, to: count }, { from: count, to: END }]
            """;
    private static final String SMALL = "bench-small";
    private static final int NUMBERS = 60_000;
    private static final int STEPS = 10;

    private final Site site;
    private final Trigger costly;
    private int sent;

    CostlyNeighbours(Site site) throws FaultsException, InterruptedException {
        this.site = site;
        site.place().publish(Graphs.chain(SMALL, STEPS, NoOperation.NAME));
        site.place().publish(COSTLY);
        ObjectNode input = JsonNodeFactory.instance.objectNode();
        ArrayNode numbers = input.putArray("l");
        for (int i = 0; i < NUMBERS; i++) {
            numbers.add(i);
        }
        costly = Trigger.of(COSTLY_NAME, null, input);
    }

    /** Ten small runs a second for some seconds, alone, beside so many costly ones a second, and beside as many at once. */
    ObjectNode measure(int seconds, int perSecond) throws InterruptedException {
        site.run(SMALL, "warm-", 10_000);
        round("warm-costly-", 5, perSecond, 1);
        ObjectNode figures = JsonNodeFactory.instance.objectNode();
        figures.set("alone", round("alone-", seconds, 0, 1));
        figures.set("beside", round("beside-", seconds, perSecond, 1));
        figures.set("besideBursts", round("bursts-", seconds, perSecond, perSecond));
        long failed = site.place()
                .count("SELECT count(*) FROM postroad.runs WHERE graph = ? AND status = 'failed'", COSTLY_NAME);
        return figures.put("costlyPerSecond", perSecond).put("costlyFailed", failed);
    }

    private ObjectNode round(String prefix, int seconds, int perSecond, int burst) throws InterruptedException {
        int small = 10 * seconds;
        for (int i = 0; i < small; i++) {
            site.place().trigger(SMALL, prefix + i);
            boolean isDue =
                    perSecond > 0 && (long) i * perSecond / 10 / burst > (long) (i - 1) * perSecond / 10 / burst;
            for (int k = 0; isDue && k < burst; k++) {
                site.place().send(site.place().topics().triggers(), "costly-" + sent++, costly.toJson());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        Ground.await(() -> site.place()
                        .count(
                                "SELECT count(*) FROM postroad.runs WHERE run_id LIKE ? || '%' AND ended_at IS NOT NULL",
                                prefix)
                == small);
        return Latencies.of(stepMillis(prefix)).figures();
    }

    private List<Double> stepMillis(String prefix) {
        return site.sql()
                .withHandle(handle -> handle.createQuery("""
                        SELECT extract(epoch FROM took) * 1000 FROM (
                            SELECT j.at - lag(j.at) OVER (PARTITION BY j.run ORDER BY j.seq) AS took
                            FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run
                            WHERE r.run_id LIKE :prefix || '%' AND j.type IN ('run.queued', 'node.completed')) s
                        WHERE took IS NOT NULL""")
                        .bind("prefix", prefix)
                        .mapTo(Double.class)
                        .list());
    }
}
