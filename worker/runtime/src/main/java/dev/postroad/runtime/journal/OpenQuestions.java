package dev.postroad.runtime.journal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.run.Interrupt;
import dev.postroad.engine.run.InterruptTrees;
import dev.postroad.engine.run.Run;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a run that is at rest asks of people, as it is kept with the run. A question that was asked while something else of
 * the run is under way is not among them yet, as nobody could answer it.
 *
 * @param json an array of a question each, with the microseconds at which it was asked and is due
 * @param askedAt when the first was asked
 * @param dueAt when the first is over; null for never
 * @param assignees a JSON array of those who are asked; null where nobody is named
 */
@SuppressWarnings("ArrayRecordComponent") // It goes into a column as it is, and is compared by nobody.
record OpenQuestions(byte[] json, Instant askedAt, @Nullable Instant dueAt, byte @Nullable [] assignees) {

    /** Those of a run; null where it asks nothing that could be answered now. */
    static @Nullable OpenQuestions of(Run run) {
        if (!mayAsk(run)) {
            return null;
        }
        List<Interrupt> open = run.interrupts();
        return open.isEmpty() ? null : of(open);
    }

    /** Whether it is at rest in a way in which people are waited for. */
    static boolean mayAsk(Run run) {
        return switch (run.status()) {
            case WAITING, PAUSED, FAILED -> true;
            case QUEUED, RUNNING, COMPLETED, CANCELLED -> false;
        };
    }

    private static OpenQuestions of(List<Interrupt> open) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode(open.size());
        Instant askedAt = open.getFirst().askedAt();
        Instant dueAt = null;
        TreeSet<String> names = new TreeSet<>();
        for (Interrupt question : open) {
            all.add(tree(question));
            askedAt = question.askedAt().isBefore(askedAt) ? question.askedAt() : askedAt;
            dueAt = earlier(dueAt, question.dueAt());
            if (question.asking().assignee() != null) {
                names.add(question.asking().assignee());
            }
        }
        ArrayNode assignees = JsonNodeFactory.instance.arrayNode();
        names.forEach(assignees::add);
        return new OpenQuestions(Json.bytes(all), askedAt, dueAt, names.isEmpty() ? null : Json.bytes(assignees));
    }

    private static ObjectNode tree(Interrupt question) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("asked", micros(question.askedAt()));
        if (question.dueAt() != null) {
            tree.put("due", micros(Objects.requireNonNull(question.dueAt())));
        }
        ObjectNode asked = InterruptTrees.tree(question);
        // Of no use to people, and as long as the agent likes.
        asked.remove("kept");
        tree.set("question", asked);
        return tree;
    }

    /** A number, as the text of a far time is none that Postgres reads. */
    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? one : other;
    }
}
