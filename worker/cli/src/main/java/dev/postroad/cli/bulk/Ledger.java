package dev.postroad.cli.bulk;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/**
 * Which runs are still to get a command, and which owe an answer to it: never more than {@link #MOST_UNANSWERED}, so that
 * a worker that cannot keep up slows the sender down. Confined to one thread.
 */
final class Ledger {
    static final int MOST_UNANSWERED = 1_000;

    private final int found;
    private final Queue<String> unsent;
    private final Map<String, Instant> unanswered = new LinkedHashMap<>();
    private final Set<String> begun = new HashSet<>();
    private int sent;
    private int answered;
    private int refused;
    private int failed;

    Ledger(List<String> runs) {
        found = runs.size();
        unsent = new ArrayDeque<>(runs);
    }

    /** The run that is to get the command next; empty where none is, or must not yet. */
    Optional<String> next() {
        return unanswered.size() < MOST_UNANSWERED ? Optional.ofNullable(unsent.peek()) : Optional.empty();
    }

    /** The next run has got the command. */
    void sent(Instant at) {
        unanswered.put(unsent.remove(), at);
        sent++;
    }

    /** The next run cannot get the command. */
    void failed() {
        unsent.remove();
        failed++;
    }

    /** Counts a run's first answer only. */
    void answered(String run) {
        if (unanswered.remove(run) != null) {
            begun.remove(run);
            answered++;
        }
    }

    /** It is at it, and its answer is still to come. */
    void begun(String run) {
        if (unanswered.containsKey(run)) {
            begun.add(run);
        }
    }

    void refused(String run) {
        if (unanswered.containsKey(run)) {
            refused++;
            answered(run);
        }
    }

    /** Waits no longer for those that got it at a time or before; returns those that have not even begun. */
    List<String> giveUp(Instant sentUpTo) {
        List<String> given = new ArrayList<>();
        Iterator<Map.Entry<String, Instant>> entries = unanswered.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, Instant> entry = entries.next();
            if (!entry.getValue().isAfter(sentUpTo)) {
                if (begun.remove(entry.getKey())) {
                    answered++;
                } else {
                    given.add(entry.getKey());
                }
                entries.remove();
            }
        }
        failed += given.size();
        return given;
    }

    Set<String> unanswered() {
        return Collections.unmodifiableSet(unanswered.keySet());
    }

    boolean isOver() {
        return unsent.isEmpty() && unanswered.isEmpty();
    }

    Tally tally() {
        return new Tally(found, sent, answered, refused, failed);
    }
}
