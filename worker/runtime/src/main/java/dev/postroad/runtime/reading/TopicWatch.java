package dev.postroad.runtime.reading;

import dev.postroad.runtime.background.Trouble;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows which topic it is that is read, for one may be deleted and made anew under its name. A consumer does not say
 * from which of them a record is; but it cannot turn to another one before it was told what topics there are. So after
 * each such news Kafka is asked for the topic's id; records that came after it wait for the answer, which takes a
 * moment. Confined to the reader's thread; it waits for nothing.
 */
final class TopicWatch {
    private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final String topic;
    private final TopicLook look;
    private final MetadataUpdates updates;
    private final Trouble trouble;
    private final InstantSource clock;
    private @Nullable CompletableFuture<Topic> asked;
    private long askedAfter;
    private @Nullable Topic known;
    private long knownAfter = -1;
    private Instant lookAt = Instant.MIN;
    private Duration pause = FIRST_PAUSE;
    private boolean away;
    private boolean told;

    TopicWatch(String topic, TopicLook look, MetadataUpdates updates, Trouble trouble, InstantSource clock) {
        this.topic = topic;
        this.look = look;
        this.updates = updates;
        this.trouble = trouble;
        this.clock = clock;
    }

    /** The topic as it was last seen; null where it is not there. */
    @Nullable
    Topic known() {
        return known;
    }

    /** Whether Kafka says that there is no such topic. */
    boolean isAway() {
        return away;
    }

    /** How often the consumer was told by now what topics there are. */
    long news() {
        return updates.count();
    }

    /** Whether what the consumer gave after so much news is of the known topic, or of one that is no more. */
    boolean covers(long news) {
        return known != null && knownAfter >= news;
    }

    /** Takes an answer that has come, and asks where it is time to. */
    void turn() {
        if (asked != null && asked.isDone()) {
            CompletableFuture<Topic> answer = asked;
            asked = null;
            take(answer);
        }
        Instant now = clock.instant();
        boolean news = updates.count() != knownAfter || known == null;
        if (asked == null && !now.isBefore(lookAt) && (news || !now.isBefore(lookAt.plus(LOOK_EVERY)))) {
            askedAfter = updates.count();
            asked = look.ask(topic).toCompletableFuture();
        }
    }

    private void tellWhereItHasNoId(Topic found) {
        if (!told && found.named().isEmpty()) {
            LOG.warn(
                    "Kafka gives the topic {} no id; do not delete it and make it anew, as records of the new one"
                            + " would be taken for repeats: set POSTROAD_TOPIC_PREFIX and POSTROAD_GROUP to new names"
                            + " instead",
                    topic);
            told = true;
        }
    }

    private void take(CompletableFuture<Topic> answer) {
        try {
            known = answer.join();
            away = false;
            tellWhereItHasNoId(known);
            knownAfter = askedAfter;
            pause = FIRST_PAUSE;
            lookAt = clock.instant();
            trouble.over();
        } catch (CompletionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            lookAt = clock.instant().plus(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            if (cause instanceof UnknownTopicOrPartitionException) {
                known = null;
                away = true;
                trouble.tell("there is no topic " + topic + "; make it, with `postroad migrate`");
            } else {
                trouble.tell("Kafka does not say which topic " + topic + " is: " + cause);
            }
        }
    }
}
