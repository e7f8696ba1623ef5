package dev.postroad.runtime.run;

import dev.postroad.contracts.message.Control;
import dev.postroad.engine.run.Command;

/** Turns control messages into commands. */
public final class Commands {
    private Commands() {}

    /**
     * The command that a message asks for.
     *
     * @param commandId what makes it apply once
     */
    public static Command.FromUser of(Control control, String commandId) {
        return switch (control.action()) {
            case Control.Cancel(String reason) -> new Command.Cancel(commandId, reason);
            case Control.Retry() -> new Command.Retry(commandId);
            case Control.Unsupported(String type) ->
                new Command.Refuse(commandId, type, "this version of the worker cannot " + type + " a run");
        };
    }
}
