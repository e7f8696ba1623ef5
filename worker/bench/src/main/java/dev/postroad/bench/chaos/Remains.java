package dev.postroad.bench.chaos;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is left when all is over.
 *
 * @param triggered the runs that were sent
 * @param orders what runs were told
 * @param rows of all journals
 * @param published the highest event of each run that came on Kafka with all before it
 * @param outOfOrder events on Kafka before which another one of their run was missing
 * @param calls that came to agents
 * @param sent tasks that workers sent over Kafka
 * @param mostUnderTheLimit the most runs of the limited graph that were under way at once
 * @param shared what is left of what all workers share
 */
record Remains(
        Set<String> triggered,
        List<Order> orders,
        List<Run> runs,
        List<Row> rows,
        Map<String, Integer> published,
        List<String> outOfOrder,
        List<Agents.Call> calls,
        List<Agents.Sent> sent,
        long mostUnderTheLimit,
        Shared shared) {
    Remains {
        triggered = Set.copyOf(triggered);
        orders = List.copyOf(orders);
        runs = List.copyOf(runs);
        rows = List.copyOf(rows);
        published = Map.copyOf(published);
        calls = List.copyOf(calls);
        sent = List.copyOf(sent);
    }

    /**
     * A run as the table has it.
     *
     * @param tenant whose it is; empty where that is not counted
     */
    record Run(String id, String graph, String status, boolean ended, String tenant) {}

    /**
     * A row of a journal.
     *
     * @param run empty where there is no such run
     * @param committed when it was known to all
     * @param command the id of the order that it answers
     * @param detail the state of a run that completed, the new run of one that was forked
     */
    record Row(
            String run,
            int seq,
            String type,
            @Nullable String task,
            Instant committed,
            @Nullable String command,
            @Nullable String detail) {}
}
