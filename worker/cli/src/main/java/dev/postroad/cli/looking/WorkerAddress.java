package dev.postroad.cli.looking;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.cli.servers.DataDirectory;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.config.Setting;
import dev.postroad.runtime.config.Variables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Where a worker answers HTTP, and the token that it asks for, by the settings. */
final class WorkerAddress {
    private WorkerAddress() {}

    /** The token to send; empty for none. */
    static Optional<String> token(Surroundings surroundings) {
        // What is no token cannot be sent, and would be repeated by the error that says so.
        return Variables.of(surroundings.environment())
                .given(Setting.HTTP_TOKEN)
                .filter(token -> token.chars().allMatch(sign -> sign > ' ' && sign <= '~'));
    }

    /** @throws CommandException where no worker is known */
    static String of(Surroundings surroundings) {
        Variables variables = Variables.of(surroundings.environment());
        if (variables.given(Setting.KAFKA_BOOTSTRAP_SERVERS).isPresent()) {
            return "http://" + variables.value(Setting.HTTP_HOST).orElse("127.0.0.1") + ":"
                    + variables.value(Setting.HTTP_PORT).orElse("8080");
        }
        return announced(DataDirectory.addressFile(DataDirectory.of(surroundings, variables)));
    }

    private static String announced(Path file) {
        try {
            JsonNode http = Json.read(Files.readAllBytes(file)).path("http");
            if (http.isTextual()) {
                return http.textValue();
            }
        } catch (NoSuchFileException nobodyRuns) {
            // Is the same as servers without a worker.
        } catch (IOException | FaultsException unreadable) {
            throw CommandException.failed(file + " cannot be read (" + unreadable + "); delete it");
        }
        throw CommandException.failed(
                "no worker runs on the embedded servers; start one by `postroad dev`, or name one" + " by --url");
    }
}
