package dev.postroad.cli.arguments;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.contracts.message.RunIds;
import picocli.CommandLine.Parameters;

/** The run that a command is about. */
public final class RunArgument {
    @Parameters(paramLabel = "RUN", description = "The id of the run.")
    private String run = "";

    /** The id, which is legal. */
    public String id() {
        return legal(run);
    }

    /** The id, if it is legal. */
    public static String legal(String run) {
        if (!RunIds.isLegal(run)) {
            throw CommandException.usage("the run id is \"" + run + "\"; use " + RunIds.RULE);
        }
        return run;
    }
}
