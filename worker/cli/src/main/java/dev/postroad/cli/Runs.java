package dev.postroad.cli;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.RunState;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What commands have to say about runs in general. */
final class Runs {
    private Runs() {}

    static CommandException unknown(String runId) {
        return CommandException.failed("there is no run " + runId + "; `postroad runs` shows those that there are");
    }

    /** Of some versions, the first that the state does not have. */
    static CommandException noVersion(String runId, RunHistory history, int... wanted) {
        RunState newest = history.state(runId, null).orElseThrow(() -> unknown(runId));
        String missing = IntStream.of(wanted)
                .filter(version -> version < 0 || version > newest.version())
                .mapToObj(String::valueOf)
                .distinct()
                .collect(Collectors.joining(" and "));
        return CommandException.failed(
                "run " + runId + " has no version " + missing + " of its state, but 0 to " + newest.version());
    }
}
