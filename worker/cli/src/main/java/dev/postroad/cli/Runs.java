package dev.postroad.cli;

import dev.postroad.cli.shell.CommandException;

/** What commands have to say about runs in general. */
final class Runs {
    private Runs() {}

    static CommandException unknown(String runId) {
        return CommandException.failed("there is no run " + runId + "; `postroad runs` shows those that there are");
    }
}
