package dev.postroad.cli.servers;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.embedded.EmbeddedServers;
import dev.postroad.runtime.config.ListenSettings;
import dev.postroad.runtime.config.Setting;
import dev.postroad.runtime.config.Variables;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Where a browser finds the console: on the worker of the settings, or the one of {@code postroad dev}. */
public final class ConsoleAddress {
    private ConsoleAddress() {}

    /** The page of a run; for an empty id that of all runs. */
    public static URI of(Surroundings surroundings, String runId) {
        String page = runId.isEmpty() ? "/runs" : "/runs/" + URLEncoder.encode(runId, StandardCharsets.UTF_8);
        return URI.create(worker(surroundings) + page);
    }

    private static String worker(Surroundings surroundings) {
        return ofWorker(surroundings)
                .orElseThrow(() -> CommandException.failed("no worker serves the console of "
                        + DataDirectory.of(surroundings, Variables.of(surroundings.environment()))
                        + "; start one that stays by `postroad dev`"));
    }

    /** Where the worker answers HTTP; empty where none runs on the embedded servers. */
    public static Optional<String> ofWorker(Surroundings surroundings) {
        Variables variables = Variables.of(surroundings.environment());
        return variables.given(Setting.KAFKA_BOOTSTRAP_SERVERS).isPresent()
                ? Optional.of(ListenSettings.address(variables))
                : EmbeddedServers.announcedHttp(DataDirectory.of(surroundings, variables));
    }
}
