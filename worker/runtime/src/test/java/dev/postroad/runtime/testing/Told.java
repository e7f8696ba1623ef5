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
import org.jspecify.annotations.Nullable;

/**
 * The first reason that is told of a run: why it stands still, since when, and what helps.
 *
 * @param reason as {@code /api/runs/ID/why} has it
 * @param pages where the same is to be seen and pressed; null for nowhere
 */
@NullMarked
public record Told(
        Caller caller,
        String runId,
        JsonNode reason,
        @Nullable RunPages pages) {
    /** Clocks may differ by as much. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    public Told(Caller caller, String runId, JsonNode reason) {
        this(caller, runId, reason, null);
    }

    /** What is told stands on the page of the run too, and its buttons are what helps. */
    public Told on(RunPages shown) {
        return new Told(caller, runId, reason, shown);
    }

    /** Waits until a reason of some code is the first of a run. */
    public static Told of(Caller caller, String runId, String code) {
        AtomicReference<JsonNode> first = new AtomicReference<>(MissingNode.getInstance());
        Site.await(runId + " tells of " + code, () -> {
            // Until it is admitted, there is no such run.
            first.set(caller.get("/api/runs/" + runId + "/why").json().at("/reasons/0"));
            return first.get().path("code").asText().equals(code);
        });
        return new Told(caller, runId, first.get());
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
        if (pages != null) {
            pages.show(caller, runId, what(), remedy());
        }
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
        JsonNode first = reason.at("/steps/0");
        if (pages == null || first.has("needs") || !pages.press(caller, runId, first)) {
            help(0, "yes");
        }
    }
}
