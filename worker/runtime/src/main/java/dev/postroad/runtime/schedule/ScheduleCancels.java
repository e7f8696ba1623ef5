package dev.postroad.runtime.schedule;

import dev.postroad.contracts.message.Control;
import dev.postroad.runtime.publish.Outlets;
import java.util.LinkedHashSet;

/** Cancels the runs of schedules before a new one begins, by control messages. Confined to one thread. */
public final class ScheduleCancels {
    private static final int MOST_REMEMBERED = 10_000;

    private final Outlets outlets;
    private final LinkedHashSet<String> sent = new LinkedHashSet<>();

    /** @param outlets insist until Kafka has it; closed by their owner */
    public ScheduleCancels(Outlets outlets) {
        this.outlets = outlets;
    }

    /** Sends it, once from this worker; a command that was sent before by another is applied once. */
    void cancel(String runId, String by) {
        String commandId = "cancelled-by/" + by;
        if (!sent.add(commandId)) {
            return;
        }
        if (sent.size() > MOST_REMEMBERED) {
            sent.removeFirst();
        }
        String reason = "the next run of its schedule, " + by + ", is due";
        outlets.command(new Control(runId, commandId, new Control.Cancel(reason)));
    }
}
