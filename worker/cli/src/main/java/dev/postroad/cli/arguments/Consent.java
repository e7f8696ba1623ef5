package dev.postroad.cli.arguments;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Whether the user agrees to what cannot be taken back. */
@FunctionalInterface
public interface Consent {
    boolean isGiven(String question);

    /** Given by an option. */
    static Consent given() {
        return question -> true;
    }

    /**
     * Asks at the terminal.
     *
     * @throws CommandException where there is nobody to ask
     */
    static Consent asked(Surroundings surroundings) {
        if (surroundings.terminal().isEmpty()) {
            throw CommandException.usage(
                    "nobody can be asked whether it is meant; give --yes, or --dry-run to see what" + " would be done");
        }
        return question -> {
            surroundings.err().print(question + " [y/N] ");
            surroundings.err().flush();
            return answer(surroundings).strip().toLowerCase(Locale.ROOT).matches("y|yes");
        };
    }

    private static String answer(Surroundings surroundings) {
        try {
            var in = new BufferedReader(new InputStreamReader(surroundings.in(), StandardCharsets.UTF_8));
            String answer = in.readLine();
            return answer == null ? "" : answer;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
