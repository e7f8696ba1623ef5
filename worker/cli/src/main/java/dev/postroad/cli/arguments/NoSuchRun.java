package dev.postroad.cli.arguments;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.past.RunState;
import dev.postroad.runtime.journal.PrunedRun;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What is said where arguments name a run, or a version of one, that there is not. */
public final class NoSuchRun {
    private NoSuchRun() {}

    /** No run has this id; one that was pruned is told from one that never was. */
    public static CommandException named(String runId, RunHistory history) {
        return CommandException.failed(history.pruned(runId)
                .map(PrunedRun::said)
                .orElse("there is no run " + runId + "; `postroad runs` shows those that there are"));
    }

    /** Of some versions, the run does not have all; without the run itself, the same as {@link #named}. */
    public static CommandException inVersion(String runId, RunHistory history, int... wanted) {
        RunState newest = history.state(runId, null).orElseThrow(() -> named(runId, history));
        String missing = IntStream.of(wanted)
                .filter(version -> version < 0 || version > newest.version())
                .mapToObj(String::valueOf)
                .distinct()
                .collect(Collectors.joining(" and "));
        return CommandException.failed(
                "run " + runId + " has no version " + missing + " of its state, but 0 to " + newest.version());
    }
}
