package dev.postroad.cli.bulk;

import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends a command to many runs, at a pace, and waits until each has answered. Each command has an id that follows from the
 * bulk's own and the run, so that a bulk that is begun again with the same id does nothing twice. Confined to one thread.
 */
public final class Bulk {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
    private static final int MOST_PROBLEMS = 10;

    private final String id;
    private final Function<String, Control.Action> action;
    private final @Nullable String by;
    private final Duration patience;
    private final Ledger ledger;
    private final Pace pace;
    private final InstantSource clock;
    private final List<String> problems = new ArrayList<>();
    private Instant nextLook;

    /**
     * Begins now.
     *
     * @param action what is to be done to a run, all of one type
     * @param by who gives it; null for nobody in particular
     * @param runs in the order in which they get the command
     * @param perSecond at most so many are sent in a second, 1 or more
     * @param patience how long each run has for its answer
     */
    public Bulk(
            String id,
            Function<String, Control.Action> action,
            @Nullable String by,
            List<String> runs,
            int perSecond,
            Duration patience,
            InstantSource clock) {
        this.id = id;
        this.action = action;
        this.by = by;
        this.patience = patience;
        this.clock = clock;
        Instant now = clock.instant();
        ledger = new Ledger(runs);
        pace = new Pace(perSecond, now);
        nextLook = now.plus(BETWEEN_LOOKS);
    }

    /**
     * Goes on until all is done, the pause says to stop, or a command cannot be sent.
     *
     * @throws RuntimeException as the recipients do
     */
    public void run(Recipients recipients, BulkDisplay display, Pause pause) throws InterruptedException {
        boolean stopped = false;
        while (!stopped && !ledger.isOver()) {
            Instant now = clock.instant();
            if (!nextLook.isAfter(now)) {
                look(recipients);
                display.show(ledger.tally(), now);
                nextLook = clock.instant().plus(BETWEEN_LOOKS);
            }
            if (isToSend(now)) {
                send(recipients, now);
            }
            stopped = pause.stopsWithin(untilSomethingIsDue());
        }
        display.end(ledger.tally(), clock.instant());
    }

    private boolean isToSend(Instant now) {
        return ledger.next().isPresent() && !pace.next().isAfter(now);
    }

    private void send(Recipients recipients, Instant now) {
        String run = ledger.next().orElseThrow();
        try {
            recipients.send(new Control(run, commandId(run), action.apply(run), by));
        } catch (RuntimeException unsent) {
            ledger.failed();
            throw unsent;
        }
        ledger.sent(now);
        pace.taken(now);
    }

    private String commandId(String run) {
        return id + ":" + run;
    }

    private void look(Recipients recipients) {
        if (ledger.unanswered().isEmpty()) {
            return;
        }
        // Taken before the look, so that no answer that it could see counts as missing.
        Instant overdue = clock.instant().minus(patience);
        Map<String, String> asked = new HashMap<>();
        ledger.unanswered().forEach(run -> asked.put(run, commandId(run)));
        recipients.answers(asked).forEach(this::answered);
        for (String run : ledger.giveUp(overdue)) {
            problem("run " + run + " has not answered within " + patience);
        }
    }

    private void answered(RunEvent event) {
        if (event.type() == EventType.RUN_MIGRATING) {
            // It may refuse at its next superstep; of one that takes long nobody waits for the end.
            ledger.begun(event.runId());
        } else if (event.type() != EventType.COMMAND_REJECTED) {
            ledger.answered(event.runId());
        } else if (ledger.unanswered().contains(event.runId())) {
            ledger.refused(event.runId());
            problem(event.data().path("command").asText() + " of run " + event.runId() + " was refused: "
                    + event.data().path("reason").asText());
        }
    }

    private void problem(String text) {
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(text);
        }
    }

    private Duration untilSomethingIsDue() {
        Instant due = ledger.next().isPresent() && pace.next().isBefore(nextLook) ? pace.next() : nextLook;
        Duration left = Duration.between(clock.instant(), due);
        return left.isNegative() || ledger.isOver() ? Duration.ZERO : left;
    }

    /** How far it is. */
    public Tally tally() {
        return ledger.tally();
    }

    /** What the first runs said that did not do it. */
    public List<String> problems() {
        return Collections.unmodifiableList(problems);
    }
}
