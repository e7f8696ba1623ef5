package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Shown;
import dev.postroad.contracts.message.Answers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The questions of a run that people may answer, and what of theirs counts: all answers of a command, or none. The
 * reasons are those that LangGraph tells apart in its strict mode (1.2.20).
 *
 * @param open in the order of their tasks
 */
record OpenQuestions(List<Interrupt> open) {
    /** Nobody asks that, or no longer, or not about that version. */
    static final String NOT_PENDING = "not-pending";

    /** Several questions may be meant, or one is answered twice. */
    static final String AMBIGUOUS = "ambiguous";

    private static final int MOST_NAMES = 20;

    /** There are answers to be given, and none in the command. */
    static final String EMPTY = "empty-answers";

    /** The question's schema takes no such answer. */
    static final String DOES_NOT_FIT = "answer-refused";

    /** The answers by task, each checked. */
    Map<String, JsonNode> answered(Command.Resume resume) throws RefusedException {
        Map<String, JsonNode> answers = new LinkedHashMap<>();
        switch (resume.answers()) {
            case Answers.None() -> {}
            case Answers.Only(JsonNode value) -> put(answers, meant(null), value, resume);
            case Answers.Each(JsonNode value) -> {
                if (open.isEmpty()) {
                    throw nobodyAsks(null);
                }
                for (Interrupt interrupt : open) {
                    put(answers, interrupt, value, resume);
                }
            }
            case Answers.Named(Map<String, JsonNode> byName) -> {
                if (byName.isEmpty()) {
                    throw new RefusedException(
                            EMPTY, "values answers nothing; leave it out to just go on, or answer " + names());
                }
                for (Map.Entry<String, JsonNode> answer : byName.entrySet()) {
                    put(answers, meant(answer.getKey()), answer.getValue(), resume);
                }
            }
        }
        return answers;
    }

    private static void put(Map<String, JsonNode> answers, Interrupt interrupt, JsonNode answer, Command.Resume resume)
            throws RefusedException {
        Integer version = resume.version();
        if (version != null && version != interrupt.version()) {
            throw new RefusedException(
                    NOT_PENDING,
                    "the answer is about version " + version + ", and " + interrupt.id() + " asks about version "
                            + interrupt.version());
        }
        ObjectNode schema = interrupt.asking().schema();
        String refusal = schema == null ? null : resume.schemas().refusal(schema, answer);
        if (refusal != null) {
            throw new RefusedException(DOES_NOT_FIT, "the answer to " + interrupt.id() + " does not fit: " + refusal);
        }
        if (answers.put(interrupt.task(), answer) != null) {
            throw new RefusedException(AMBIGUOUS, interrupt.id() + " is answered twice; keep one of the answers");
        }
    }

    /** The question that is meant by the interrupt's id, the task's or the node's; null means the only one there is. */
    Interrupt meant(@Nullable String name) throws RefusedException {
        List<Interrupt> meant = open.stream()
                .filter(interrupt -> name == null
                        || name.equals(interrupt.id())
                        || name.equals(interrupt.task())
                        || name.equals(interrupt.node()))
                .toList();
        if (meant.isEmpty()) {
            throw nobodyAsks(name);
        }
        if (meant.size() > 1) {
            throw new RefusedException(AMBIGUOUS, "several ask; name one of " + names());
        }
        return meant.getFirst();
    }

    private RefusedException nobodyAsks(@Nullable String name) {
        String who = name == null ? "nobody asks" : "nobody asks as " + Shown.name(name);
        return new RefusedException(
                NOT_PENDING, who + (open.isEmpty() ? "; no question is open" : "; name one of " + names()));
    }

    private String names() {
        String names = open.stream().limit(MOST_NAMES).map(Interrupt::id).collect(Collectors.joining(", "));
        int more = open.size() - MOST_NAMES;
        return more > 0 ? names + " and " + more + " more" : names;
    }
}
