package dev.postroad.cli.steering;

import dev.postroad.cli.shell.CommandException;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command goes to many runs. */
final class BulkOptions {
    private static final int HIGHEST_RATE = 1_000;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,60}");

    @Option(names = "--rate", paramLabel = "N", description = "At most so many runs a second; 100 by default.")
    private int rate = 100;

    @Option(
            names = "--command-id",
            paramLabel = "ID",
            description = "The id of a bulk that was stopped, to go on with it: no run does twice what it was told.")
    private @Nullable String id;

    int rate() {
        if (rate < 1 || rate > HIGHEST_RATE) {
            throw CommandException.usage("--rate: is " + rate + "; use 1 to " + HIGHEST_RATE);
        }
        return rate;
    }

    /** The id that was given, or a new one. */
    String id(String command) {
        if (id == null) {
            return command + "-" + Long.toString(RandomGenerator.getDefault().nextLong(1L << 50), Character.MAX_RADIX);
        }
        if (!ID.matcher(id).matches()) {
            throw CommandException.usage("--command-id: is \"" + id + "\"; use 1 to 60 of A-Z a-z 0-9 . _ -");
        }
        return id;
    }
}
