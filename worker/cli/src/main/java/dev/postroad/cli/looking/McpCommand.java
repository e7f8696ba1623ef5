package dev.postroad.cli.looking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "mcp",
        description = "Be an MCP server on standard input and output, for programs that start theirs: each message is"
                + " handed to a worker, and its answer back. The token is that of POSTROAD_HTTP_TOKEN.")
final class McpCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int OK = 200;
    private static final int TAKEN = 202;
    private static final int FAILED = -32603;

    private final Surroundings surroundings;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Where the worker answers HTTP; by default that of `postroad dev` or of the settings.")
    private @Nullable String url;

    McpCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        String base = url == null ? WorkerAddress.of(surroundings) : url;
        try (HttpClient http = WorkerAddress.client(surroundings, LIMIT)) {
            URI worker = URI.create(base.replaceFirst("/+$", "") + "/mcp");
            BufferedReader messages =
                    new BufferedReader(new InputStreamReader(surroundings.in(), StandardCharsets.UTF_8));
            for (String message = messages.readLine(); message != null; message = messages.readLine()) {
                if (!message.isBlank()) {
                    hand(message, worker, http);
                }
            }
            return ExitCode.COMPLETED;
        } catch (IOException broken) {
            throw CommandException.failed("standard input cannot be read: " + broken);
        } catch (IllegalArgumentException noAddress) {
            throw CommandException.usage("--url: is no address: " + noAddress.getMessage());
        }
    }

    /** One message after the other, as they come: what is asked takes a worker milliseconds. */
    private void hand(String message, URI worker, HttpClient http) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(worker)
                .timeout(LIMIT)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(message));
        WorkerAddress.token(surroundings).ifPresent(token -> request.header("Authorization", "Bearer " + token));
        try {
            HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
            if (answer.statusCode() == OK) {
                surroundings.json(Json.readOwn(answer.body()));
            } else if (answer.statusCode() != TAKEN) {
                fail(message, "the worker answered " + answer.statusCode() + ": " + answer.body());
            }
        } catch (IOException unreachable) {
            fail(
                    message,
                    "no worker answers at " + worker + " (" + WorkerAddress.why(String.valueOf(worker), unreachable)
                            + ")");
        } catch (FaultsException noAnswer) {
            fail(message, "no worker answers at " + worker + " (" + noAnswer + ")");
        }
    }

    /** Whoever waits for the answer to a request is told why there is none. */
    private void fail(String message, String reason) {
        surroundings.say(reason);
        try {
            JsonNode id = Json.read(message).path("id");
            if (!id.isMissingNode()) {
                ObjectNode answer = Json.nodes().objectNode().put("jsonrpc", "2.0");
                answer.set("id", id);
                answer.putObject("error").put("code", FAILED).put("message", reason);
                surroundings.json(answer);
            }
        } catch (FaultsException noMessage) {
            // Nobody waits for an answer to that.
        }
    }
}
