package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.history.rows.JsonFields;
import dev.postroad.runtime.letters.DeadLetterPage;
import dev.postroad.runtime.letters.DeadLetters;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what was refused. Whose a letter is cannot be known, so they are for those who see all runs. Thread-safe. */
final class DeadLetterRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterRoutes.class);

    private final DeadLetters letters;

    DeadLetterRoutes(DeadLetters letters) {
        this.letters = letters;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/dead-letters", this::page, Needs.READER, Needs.EVERYTHING);
        routes.get("/api/dead-letters/{partition}/{offset}", this::letter, Needs.READER, Needs.EVERYTHING);
    }

    private void page(Context context) {
        Query query = new Query(context);
        int limit = query.whole("limit", 1, DeadLetters.MOST_OF_A_PAGE, RunRoutes.PAGE);
        String cursor = query.text("cursor");
        query.end();
        try {
            DeadLetterPage page = read(() -> letters.page(cursor, limit));
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.set("letters", JsonFields.list(page.letters(), letter -> letter.tree(letters.topics())));
            if (page.next() != null) {
                json.put("next", page.next());
            }
            Answers.send(context, json);
        } catch (IllegalArgumentException noCursor) {
            query.fault("cursor", "is none that a page gave", "use \"next\" of the page before as it is");
            query.end();
        }
    }

    private void letter(Context context) {
        new Query(context).end();
        String partition = context.pathParam("partition");
        String offset = context.pathParam("offset");
        Refusal none = Refusal.of(
                ErrorCode.NOT_FOUND, "there is no dead letter at partition " + partition + ", offset " + offset);
        try {
            int place = Integer.parseInt(partition);
            long there = Long.parseLong(offset);
            Answers.send(
                    context,
                    read(() -> letters.find(place, there))
                            .orElseThrow(() -> none)
                            .tree(letters.topics()));
        } catch (NumberFormatException noPlace) {
            throw none;
        }
    }

    private static <T> T read(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (KafkaException away) {
            LOG.debug("dead letters cannot be read", away);
            throw Refusal.of(ErrorCode.UNAVAILABLE, "dead letters cannot be read from Kafka: " + away.getMessage());
        }
    }
}
