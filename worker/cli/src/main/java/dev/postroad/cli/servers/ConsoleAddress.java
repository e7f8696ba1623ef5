package dev.postroad.cli.servers;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.embedded.EmbeddedServers;
import dev.postroad.runtime.config.ListenSettings;
import dev.postroad.runtime.config.Setting;
import dev.postroad.runtime.config.Variables;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where a browser finds the console: on the worker of the settings, or the one of {@code postroad dev}. */
public final class ConsoleAddress {
    private ConsoleAddress() {}

    /** The page of a run; for an empty id that of all runs. */
    public static URI of(Surroundings surroundings, String runId) throws FaultsException {
        String page = runId.isEmpty() ? "/runs" : "/runs/" + URLEncoder.encode(runId, StandardCharsets.UTF_8);
        return URI.create(worker(surroundings) + page);
    }

    private static String worker(Surroundings surroundings) throws FaultsException {
        Variables variables = Variables.of(surroundings.environment());
        if (variables.given(Setting.KAFKA_BOOTSTRAP_SERVERS).isPresent()) {
            return ListenSettings.address(variables);
        }
        Path data = DataDirectory.of(surroundings, variables);
        return EmbeddedServers.announcedHttp(data)
                .orElseThrow(() -> CommandException.failed(
                        "no worker serves the console of " + data + "; start one that stays by `postroad dev`"));
    }
}
