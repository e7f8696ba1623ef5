package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.BudgetSettings;
import dev.postroad.contracts.definition.QueueSettings;
import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a trigger says of its own run in place of what the graph says. Immutable.
 *
 * @param queue its limits of concurrency stand in place of the graph's, {@code limits.runs} included; so do its rates, and its
 *     fairness; what it leaves out, the graph says; it never pauses
 * @param budget what the agents of the run may spend; null for what the graph says
 * @param retention how long the run is kept after its end; null for what the graph or the setting says
 */
public record RunTerms(
        QueueSettings queue,
        @Nullable BudgetSettings budget,
        @Nullable Duration retention) {
    /** Nothing said. */
    public static final RunTerms NONE = new RunTerms(QueueSettings.NONE, null, null);

    static final String QUEUE = "queue";
    static final String BUDGET = "budget";
    static final String RETENTION = "retention";

    /**
     * Checks them.
     *
     * @throws IllegalArgumentException where the queue is paused
     */
    public RunTerms {
        if (queue.paused()) {
            throw new IllegalArgumentException("a trigger cannot pause a queue; use startAt or pauseBefore");
        }
    }

    /** Reads its three fields out of an object; the faults go to the fields. */
    public static RunTerms read(Fields fields) {
        QueueSettings queue = QueueSettings.ofRun(fields.nested(QUEUE));
        BudgetSettings budget = BudgetSettings.read(fields.nested(BUDGET));
        Duration retention = fields.duration(RETENTION);
        return queue.equals(QueueSettings.NONE) && budget == null && retention == null
                ? NONE
                : new RunTerms(queue, budget, retention);
    }

    /** Whether all is as the graph says. */
    public boolean isEmpty() {
        return equals(NONE);
    }

    /** Puts its fields into an object. */
    public void put(ObjectNode json) {
        if (!queue.equals(QueueSettings.NONE)) {
            queue.put(json.putObject(QUEUE));
        }
        if (budget != null) {
            budget.put(json.putObject(BUDGET));
        }
        if (retention != null) {
            json.put(RETENTION, retention.toString());
        }
    }
}
