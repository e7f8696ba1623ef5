package dev.postroad.runtime.output;

import java.time.Instant;

/** Where a reader begins on the output topic. */
public sealed interface OutputStart {
    /** With a record, or where retention has removed it, with the first that is there. */
    record AtOffset(long offset) implements OutputStart {}

    /** With the first record that is not older; behind all where there is none. */
    record AtTime(Instant time) implements OutputStart {}

    /** Behind all that is there. */
    record AtEnd() implements OutputStart {}
}
