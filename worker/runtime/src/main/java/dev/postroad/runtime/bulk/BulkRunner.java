package dev.postroad.runtime.bulk;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.background.Hourly;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.bulk.BulkRows.Held;
import dev.postroad.runtime.bulk.BulkRows.Outcome;
import dev.postroad.runtime.bulk.BulkRows.Sent;
import dev.postroad.runtime.bulk.BulkRows.Waiting;
import dev.postroad.runtime.history.RunHistory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the orders for many runs that are nobody's else, at their pace. What it notes of a run follows what it does, and each
 * run is told by an id that follows from the order and the run: so whoever follows a worker that died tells some of them
 * twice, and none does it twice. Owns one thread.
 */
public final class BulkRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BulkRunner.class);
    private static final int ROUNDS_OF_A_SECOND = 2;
    private static final long LOOK_EVERY_MILLIS = 1_000 / ROUNDS_OF_A_SECOND;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** So that what is looked for in one round is bounded, though nobody answers. */
    private static final int MOST_UNANSWERED = 2_000;

    private static final String DONE = "done";
    private static final String REFUSED = "refused";

    private final BulkRows rows;
    private final RunHistory history;
    private final PostroadClient client;
    private final Pruning pruning;
    private final Hourly old;
    private final Rounds rounds;
    private final String name = UUID.randomUUID().toString();
    private int round;

    /** Asks for ended runs to be deleted. */
    public interface Pruning {
        /** Asks for some; gives those that will be. */
        Set<String> ask(List<String> runIds);
    }

    /**
     * @param jdbi may write
     * @param client sends control messages
     */
    public BulkRunner(Jdbi jdbi, RunHistory history, PostroadClient client, Pruning pruning, InstantSource clock) {
        this.rows = new BulkRows(jdbi);
        this.history = history;
        this.client = client;
        this.pruning = pruning;
        this.old = new Hourly(clock);
        this.rounds = new Rounds("postroad-bulk", "orders for many runs", LOOK_EVERY_MILLIS, clock, this::look);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void look() {
        round = (round + 1) % ROUNDS_OF_A_SECOND;
        if (old.isDue()) {
            rows.forget();
            old.done();
        }
        stepAll();
    }

    /** One that cannot go on keeps no other from it; it is told of, and tried again in the next round. */
    private void stepAll() {
        List<RuntimeException> failures = new ArrayList<>();
        for (Held bulk : rows.claim(name)) {
            try {
                step(bulk);
            } catch (RuntimeException failed) {
                failures.add(failed);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    private void step(Held bulk) {
        List<Sent> sent = rows.sent(bulk.id(), PATIENCE.toSeconds());
        rows.note(bulk.id(), answers(bulk, sent));
        if (bulk.cancelled()) {
            rows.leaveRest(bulk.id());
        } else {
            tell(bulk, Math.min(most(bulk), MOST_UNANSWERED - sent.size()));
        }
        rows.end(bulk.id());
    }

    /** Of this round, so that all rounds of a second together tell as many as were asked for. */
    private int most(Held bulk) {
        return bulk.perSecond() * (round + 1) / ROUNDS_OF_A_SECOND - bulk.perSecond() * round / ROUNDS_OF_A_SECOND;
    }

    private List<Outcome> answers(Held bulk, List<Sent> sent) {
        if (sent.isEmpty()) {
            return List.of();
        }
        Map<String, String> asked = new HashMap<>();
        sent.forEach(run -> asked.put(run.runId(), BulkOrder.commandId(bulk.id(), run.runId())));
        List<Outcome> outcomes = new ArrayList<>();
        Set<String> answered = new HashSet<>();
        Set<String> begun = new HashSet<>();
        for (RunEvent event : history.answers(asked)) {
            // What the run says of it at its next superstep is the answer: it may refuse it then.
            if (event.type() == EventType.RUN_MIGRATING) {
                begun.add(event.runId());
            } else if (answered.add(event.runId())) {
                outcomes.add(outcome(event));
            }
        }
        sent.stream()
                .filter(run -> run.overdue() && !answered.contains(run.runId()))
                .forEach(run -> outcomes.add(late(run.runId(), begun)));
        return outcomes;
    }

    /** Of a superstep that takes long nobody waits for the end. */
    private static Outcome late(String runId, Set<String> begun) {
        return begun.contains(runId)
                ? new Outcome(runId, DONE, null)
                : new Outcome(runId, "silent", "it has not answered within " + PATIENCE + ", and may do it yet");
    }

    private static Outcome outcome(RunEvent event) {
        return event.type() == EventType.COMMAND_REJECTED
                ? new Outcome(
                        event.runId(), REFUSED, event.data().path("reason").asText())
                : new Outcome(event.runId(), DONE, null);
    }

    private void tell(Held bulk, int most) {
        List<Waiting> next = most <= 0 ? List.of() : rows.waiting(bulk.id(), most);
        if (next.isEmpty()) {
            return;
        }
        try {
            ObjectNode action = (ObjectNode) Json.readOwn(bulk.action());
            if (BulkOrder.isPrune(action)) {
                prune(bulk, next);
                return;
            }
            for (Waiting run : next) {
                client.control(BulkOrder.control(action, bulk.id(), run.runId(), bulk.by()));
            }
            rows.noteSent(bulk.id(), next.stream().map(Waiting::place).toList());
        } catch (FaultsException unreadable) {
            LOG.error("order {} cannot be read by this release: {}", bulk.id(), unreadable.getMessage());
            rows.note(
                    bulk.id(),
                    next.stream()
                            .map(run -> new Outcome(
                                    run.runId(), REFUSED, "the order cannot be read: " + unreadable.getMessage()))
                            .toList());
        }
    }

    private void prune(Held bulk, List<Waiting> next) {
        List<String> runIds = next.stream().map(Waiting::runId).toList();
        Set<String> asked = pruning.ask(runIds);
        rows.note(
                bulk.id(),
                runIds.stream()
                        .map(run -> asked.contains(run)
                                ? new Outcome(run, DONE, null)
                                : new Outcome(run, REFUSED, "it has not ended, or is gone"))
                        .toList());
    }

    /** Lets other workers go on with what is held here. */
    @Override
    public void close() {
        rounds.close();
        try {
            rows.leave(name);
        } catch (RuntimeException away) {
            LOG.debug("others go on with orders of many runs once they are overdue", away);
        }
    }
}
