package dev.postroad.cli.arguments;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who gives a command. */
public final class GiverOption {
    private static final List<String> NAMES_OF_USERS = List.of("USER", "LOGNAME", "USERNAME");
    private static final int LONGEST = 200;

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "Who asks for it, as it will stand in the events; by default whoever is logged in here.")
    private @Nullable String name;

    /** Null where nobody is named and nobody is logged in. */
    @Nullable
    public String name(Surroundings surroundings) {
        if (name != null && (name.isBlank() || name.length() > LONGEST)) {
            throw CommandException.usage("--by: is blank or too long; use 1 to " + LONGEST + " characters");
        }
        return name != null ? name : loggedIn(surroundings);
    }

    /** Who is logged in here; null where that is nobody. */
    public static @Nullable String loggedIn(Surroundings surroundings) {
        Map<String, String> environment = surroundings.environment();
        return NAMES_OF_USERS.stream()
                .map(variable -> environment.getOrDefault(variable, ""))
                .filter(user -> !user.isBlank() && user.length() <= LONGEST)
                .findFirst()
                .or(GiverOption::userOfProcess)
                .orElse(null);
    }

    /** As in containers and cron jobs, which have no such variables. */
    private static Optional<String> userOfProcess() {
        return Optional.ofNullable(System.getProperty("user.name"))
                .filter(user -> !user.isBlank() && !user.equals("?") && user.length() <= LONGEST);
    }
}
