package dev.postroad.engine.run;

import java.time.Instant;

/** How a run came to be. Immutable. */
sealed interface Arrival {
    /** When the run was admitted; the epoch before that. */
    Instant at();

    /** Of a run before its first event. */
    enum Pending implements Arrival {
        PENDING;

        @Override
        public Instant at() {
            return Instant.EPOCH;
        }
    }

    /** Of a run that was admitted, for what somebody asked for. */
    record Admitted(Admission admission, Instant at) implements Arrival {}
}
