package dev.postroad.runtime.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullMarked;

/**
 * The first reason that is told of a run: why it stands still, since when, and what helps.
 *
 * @param reason as {@code /api/runs/ID/why} has it
 */
@NullMarked
public record Told(Caller caller, JsonNode reason) {
    /** Clocks may differ by as much. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    /** Waits until a reason of some code is the first of a run. */
    public static Told of(Caller caller, String runId, String code) {
        AtomicReference<JsonNode> first = new AtomicReference<>(MissingNode.getInstance());
        Site.await(runId + " tells of " + code, () -> {
            // Until it is admitted, there is no such run.
            first.set(caller.get("/api/runs/" + runId + "/why").json().at("/reasons/0"));
            return first.get().path("code").asText().equals(code);
        });
        return new Told(caller, first.get());
    }

    public String what() {
        return reason.path("what").asText();
    }

    public String remedy() {
        return reason.path("remedy").asText();
    }

    /** When it changes by itself. */
    public Instant until() {
        return Instant.parse(reason.path("until").asText());
    }

    /** Checks the sentence, what helps, and that it is so since a time of this test. */
    public Told says(String what, String remedy, Instant begun) {
        assertThat(what()).startsWith(what);
        assertThat(remedy()).contains(remedy);
        assertThat(what() + remedy()).as("one sentence each").doesNotContain("\n", ". ");
        assertThat(Instant.parse(reason.path("since").asText()))
                .isBetween(begun.minus(SLACK), Instant.now().plus(SLACK));
        return this;
    }

    /** The commands that are named, for the terminal. */
    public List<String> commands() {
        return reason.path("steps").findValuesAsText("command");
    }

    /** Does one of the things that are said to help, from 0. */
    public void help(int step, String value) {
        JsonNode told = reason.path("steps").path(step);
        ObjectNode body = told.path("body").deepCopy();
        if (told.has("needs")) {
            body.put(told.path("needs").asText(), value);
        }
        Caller.Reply reply = caller.post(told.path("post").asText(), body.toString());
        assertThat(reply.status()).as(told + ": " + reply.text()).isBetween(200, 202);
    }

    /** Does the first of the things that are said to help. */
    public void help() {
        help(0, "yes");
    }
}
