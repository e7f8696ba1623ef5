package dev.postroad.contracts.message;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an event says beside its data, in one place: the columns of its row in the journal, and the fields of its value. A
 * field that is added here is asked for by the compiler wherever there are events.
 */
public interface EventColumns {
    /** The place in the run's journal, from 1 without gaps; 0 for an event outside a journal. */
    int seq();

    /** The public name of the type, also of one that this release does not know. */
    String typeName();

    /** Never before the event that precedes it. */
    Instant at();

    /** Null for an event of the whole run. */
    @Nullable
    String node();

    /** Null for an event of the whole run. */
    @Nullable
    String task();

    /** From 1; 0 for an event of the whole run. */
    int attempt();

    /** The superstep that it belongs to; 0 before the first. */
    int superstep();

    /** The number of the state after this event. */
    int version();

    /** How long the attempt or run took; -1 where nothing ended. */
    long durationMillis();

    /** 0 to 1. */
    double progress();

    /** Writes all that is there, in the order in which an event has it. */
    default void write(Writer to) {
        if (seq() > 0) {
            to.put(Field.SEQ, seq());
        }
        to.put(Field.TYPE, typeName());
        to.put(Field.AT, at());
        String node = node();
        if (node != null) {
            to.put(Field.NODE, node);
        }
        String task = task();
        if (task != null) {
            to.put(Field.TASK, task);
            to.put(Field.ATTEMPT, attempt());
        }
        to.put(Field.SUPERSTEP, superstep());
        to.put(Field.VERSION, version());
        if (durationMillis() >= 0) {
            to.put(Field.DURATION, durationMillis());
        }
        to.put(Field.PROGRESS, progress());
    }

    /** The fields of an event beside its data, with the names that they have on the topic and in the API. */
    enum Field {
        SEQ("seq"),
        TYPE("type"),
        AT("at"),
        NODE("node"),
        TASK("task"),
        ATTEMPT("attempt"),
        SUPERSTEP("superstep"),
        VERSION("version"),
        DURATION("durationMs"),
        PROGRESS("progress");

        private final String publicName;
        private final String key;

        Field(String publicName) {
            this.publicName = publicName;
            this.key = ",\"" + publicName + "\":";
        }

        /** The name, such as {@code durationMs}. */
        public String publicName() {
            return publicName;
        }

        /** The name with what JSON has around it where another field is before it, such as {@code ,"seq":}. */
        public String key() {
            return key;
        }
    }

    /** Takes fields and their values, one after the other. */
    interface Writer {
        /** Takes a text. */
        void put(Field field, String value);

        /** Takes a whole number. */
        void put(Field field, long value);

        /** Takes a time. */
        void put(Field field, Instant value);

        /** Takes a number. */
        void put(Field field, double value);
    }
}
