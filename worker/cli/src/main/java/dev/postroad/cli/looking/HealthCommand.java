package dev.postroad.cli.looking;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
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
        String asked = (url == null ? WorkerAddress.of(surroundings) : url).replaceFirst("/+$", "") + "/health";
        try (HttpClient http = WorkerAddress.client(surroundings, LIMIT)) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(asked)).timeout(LIMIT);
            // Without it the worker tells how its parts are, but not why.
            WorkerAddress.token(surroundings).ifPresent(token -> request.header("Authorization", "Bearer " + token));
            HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
            lines(answer.body()).forEach(surroundings::print);
            return answer.statusCode() == OK ? ExitCode.COMPLETED : ExitCode.FAILED;
        } catch (IOException unreachable) {
            throw CommandException.failed("no worker answers at " + asked + " (" + WorkerAddress.why(asked, unreachable)
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
}
