package dev.postroad.cli.looking;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.cli.servers.DataDirectory;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.config.Setting;
import dev.postroad.runtime.config.Variables;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "health",
        description = "Ask a worker how it is, part by part; exit code 1 where it cannot do its work.")
final class HealthCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int OK = 200;

    private final Surroundings surroundings;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Where the worker answers HTTP; by default that of `postroad dev` or of the settings.")
    private @Nullable String url;

    @Option(names = "--json", description = "Print the worker's answer, as JSON.")
    private boolean json;

    HealthCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        String asked = (url == null ? address() : url).replaceFirst("/+$", "") + "/health";
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build()) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(asked)).timeout(LIMIT);
            token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
            HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
            lines(answer.body()).forEach(surroundings::print);
            return answer.statusCode() == OK ? ExitCode.COMPLETED : ExitCode.FAILED;
        } catch (IOException unreachable) {
            throw CommandException.failed("no worker answers at " + asked + " (" + unreachable
                    + "); see that it runs, or name another by --url");
        } catch (IllegalArgumentException noAddress) {
            throw CommandException.usage("--url: is no address: " + noAddress.getMessage());
        }
    }

    /** What is no report, from whoever answers there, is shown as it is. */
    private List<String> lines(String body) {
        List<String> asItIs = List.of(body.strip());
        if (json) {
            return asItIs;
        }
        try {
            List<String> lines = HealthView.lines(Json.readOwn(body), surroundings.page());
            return lines.isEmpty() ? asItIs : lines;
        } catch (FaultsException noReport) {
            return asItIs;
        }
    }

    /** Without it the worker tells how its parts are, but not why. */
    private Optional<String> token() {
        // What is no token cannot be sent, and would be repeated by the error that says so.
        return Variables.of(surroundings.environment())
                .given(Setting.HTTP_TOKEN)
                .filter(token -> token.chars().allMatch(sign -> sign > ' ' && sign <= '~'));
    }

    private String address() {
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
