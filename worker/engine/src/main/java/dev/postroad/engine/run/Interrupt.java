package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Asking;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A question to a person that is open.
 *
 * @param id what a {@code resume} names it by; unique in the run
 * @param question what the agent or the node's expression gave
 * @param asking who is asked, for how long and for what; its assignee is a name
 * @param kept handed back to the agent with the answer; null for nothing
 * @param version the version of the state that it is about
 * @param askedAt when it was asked
 * @param reminders how often somebody was reminded of it
 */
public record Interrupt(
        String id,
        String node,
        String task,
        JsonNode question,
        Asking asking,
        @Nullable JsonNode kept,
        int version,
        Instant askedAt,
        int reminders) {
    /** After so many nobody is reminded any more, so that no question fills a journal. */
    static final int MOST_REMINDERS = 100;

    /** By what the agent knows the work that it goes on with meanwhile; null where it does not. */
    @Nullable
    String handle() {
        return kept == null ? null : kept.path(AgentReply.Interrupted.HANDLE).textValue();
    }

    /** When it stands no longer; null where it stands for as long as it takes. */
    public @Nullable Instant dueAt() {
        Duration timeout = asking.timeout();
        return timeout == null ? null : askedAt.plus(timeout);
    }

    /** When somebody is to be reminded next; null for never. */
    @Nullable
    Instant remindAt() {
        Duration every = asking.remindEvery();
        return every == null || reminders >= MOST_REMINDERS ? null : askedAt.plus(every.multipliedBy(reminders + 1L));
    }

    /** When something becomes of it by itself; null for never. */
    @Nullable
    Instant wakesAt() {
        Instant due = dueAt();
        Instant reminder = remindAt();
        if (due == null || reminder == null) {
            return due == null ? reminder : due;
        }
        return due.isBefore(reminder) ? due : reminder;
    }

    /** Reminded once more, or more often where nobody was there to do it. */
    Interrupt reminded(Instant now) {
        int count = reminders;
        Duration every = asking.remindEvery();
        while (every != null && count < MOST_REMINDERS && !now.isBefore(askedAt.plus(every.multipliedBy(count + 1L)))) {
            count++;
        }
        return new Interrupt(id, node, task, question, asking, kept, version, askedAt, count);
    }

    Interrupt of(String assignee) {
        return new Interrupt(id, node, task, question, asking.of(assignee), kept, version, askedAt, reminders);
    }
}
