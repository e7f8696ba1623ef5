package dev.postroad.contracts.client;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import java.util.Optional;

/** What a worker did with a control message. */
public sealed interface CommandAnswer {
    /** It was carried out; the event says what happened by it. */
    record Applied(RunEvent event) implements CommandAnswer {}

    /** The run's status, or something else, did not allow it, and nothing has changed. */
    record Rejected(RunEvent event, String reason) implements CommandAnswer {}

    /** No answer came in time. The command is kept where its run is not there yet. */
    record Unanswered() implements CommandAnswer {}

    /** Reads the answer from the event, where there is one. */
    static CommandAnswer of(Optional<RunEvent> answer) {
        if (answer.isEmpty()) {
            return new Unanswered();
        }
        RunEvent event = answer.get();
        return event.type() == EventType.COMMAND_REJECTED
                ? new Rejected(event, event.data().path("reason").asText())
                : new Applied(event);
    }
}
