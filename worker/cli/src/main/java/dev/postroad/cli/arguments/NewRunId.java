package dev.postroad.cli.arguments;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.contracts.message.RunIds;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Ids of runs that are yet to be. */
public final class NewRunId {
    private static final int LONGEST_BASE = 100;

    private NewRunId() {}

    /**
     * The id that was given, if it is legal; where none was, one that is like a name and new.
     *
     * @param option the option that gives it, for messages
     */
    public static String of(String option, @Nullable String given, String name) {
        String id = given == null ? name.substring(0, Math.min(LONGEST_BASE, name.length())) + "-" + random() : given;
        if (!RunIds.isLegal(id)) {
            throw CommandException.usage(option + ": is \"" + id + "\"; use " + RunIds.RULE);
        }
        return id;
    }

    private static String random() {
        return Long.toString(RandomGenerator.getDefault().nextLong(1L << 60), Character.MAX_RADIX);
    }
}
