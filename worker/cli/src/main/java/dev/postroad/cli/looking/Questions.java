package dev.postroad.cli.looking;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.cli.screen.Table;
import dev.postroad.cli.screen.Text;
import dev.postroad.runtime.history.waiting.WaitingQuestion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Writes what people are asked. */
final class Questions {
    private static final int MOST_COLUMNS = 80;

    private Questions() {}

    static Table table(List<WaitingQuestion> questions, Instant now) {
        Table table = new Table()
                .words("RUN")
                .words("GRAPH")
                .words("QUESTION")
                .words("OF")
                .figures("VERSION")
                .figures("SINCE")
                .figures("LEFT")
                .words("ASKS");
        for (WaitingQuestion waiting : questions) {
            JsonNode question = waiting.question();
            table.row(
                    waiting.runId(),
                    waiting.graph(),
                    waiting.id(),
                    question.path("assignee").asText(),
                    String.valueOf(waiting.version()),
                    between(question.path("askedAt"), now, 1),
                    between(question.path("dueAt"), now, -1),
                    Text.cut(asked(question.path("value")), MOST_COLUMNS));
        }
        return table;
    }

    /** A text as it is, anything else as JSON. */
    private static String asked(JsonNode question) {
        return question.isTextual() ? question.textValue() : question.toString();
    }

    private static String between(JsonNode time, Instant now, int sign) {
        if (!time.isTextual()) {
            return "";
        }
        Duration since = Duration.between(Instant.parse(time.textValue()), now).multipliedBy(sign);
        return Text.of(since.isNegative() ? Duration.ZERO : since);
    }
}
