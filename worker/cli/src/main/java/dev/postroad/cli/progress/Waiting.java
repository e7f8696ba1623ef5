package dev.postroad.cli.progress;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.RunEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Why a run does nothing.
 *
 * @param what the question, the place or the time that it waits for
 * @param how the command that makes it go on; empty where only time does
 */
public record Waiting(String what, String how) {

    /** As a {@code run.waiting} says. */
    static Waiting of(RunEvent event) {
        JsonNode data = event.data();
        List<JsonNode> interrupts = data.path("interrupts").valueStream().toList();
        String resume = "postroad resume " + event.runId();
        String wakeAt = data.path("wakeAt").asText();
        String latest = wakeAt.isEmpty() ? "" : latest(interrupts, wakeAt);
        if (interrupts.size() == 1) {
            JsonNode only = interrupts.getFirst();
            return new Waiting(only.path("node").asText() + " " + asks(only) + latest, resume + " --value JSON");
        }
        if (!interrupts.isEmpty()) {
            return new Waiting(
                    interrupts.stream().map(Waiting::named).collect(Collectors.joining(", ")) + latest,
                    resume + " --task ID --value JSON");
        }
        String stops = stops(data);
        return stops.isEmpty() && !wakeAt.isEmpty()
                ? new Waiting("until " + wakeAt, "")
                : new Waiting(stops + latest, resume);
    }

    /** What happens at the time at which it wakes: a question is due, or something beside those that ask is. */
    private static String latest(List<JsonNode> interrupts, String wakeAt) {
        boolean isDue = interrupts.isEmpty()
                || interrupts.stream()
                        .anyMatch(each -> each.path("dueAt").asText().equals(wakeAt));
        return (isDue ? "; goes on or fails by itself at " : "; something else in the run is due at ") + wakeAt;
    }

    /** What a task asks. */
    static String asks(JsonNode interrupt) {
        JsonNode question = interrupt.path("value");
        String whom =
                interrupt.hasNonNull("assignee") ? interrupt.path("assignee").asText() + " " : "";
        String until = interrupt.hasNonNull("dueAt")
                ? ", until " + interrupt.path("dueAt").asText()
                : "";
        return "asks " + whom + (question.isTextual() ? question.textValue() : question.toString()) + until;
    }

    private static String named(JsonNode interrupt) {
        return interrupt.path("node").asText() + " (" + interrupt.path("id").asText() + ") " + asks(interrupt);
    }

    private static String stops(JsonNode data) {
        List<String> stops = new ArrayList<>();
        data.path("before").forEach(node -> stops.add("before " + node.asText()));
        data.path("after").forEach(node -> stops.add("after " + node.asText()));
        return String.join(", ", stops);
    }

    @Override
    public String toString() {
        if (how.isEmpty()) {
            return what;
        }
        return (what.isEmpty() ? "" : what + "; ") + "`" + how + "` goes on";
    }
}
