package dev.postroad.runtime.publish;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How large a value the events topic takes, learned from what it took and refused.
 *
 * <p>Kafka tells only afterwards that it refuses a record, when what was sent behind it is on the topic already. So a
 * value above what is <em>proven</em> goes out alone, and one above the <em>largest</em> goes out without its data. Sizes
 * are those before compression, so that what is proven may still be refused. Confined to one thread.
 */
final class ValueLimit {
    /** Every topic is expected to take this much: an event without its data is far smaller. */
    static final int FLOOR_BYTES = 4 << 10;

    /** Taken for proven until something is refused: waiting for each of the usual events would be slow. */
    static final int FIRST_PROVEN_BYTES = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(ValueLimit.class);

    private int largest = Producers.MAX_VALUE_BYTES;
    private int proven = FIRST_PROVEN_BYTES;

    boolean allows(int bytes) {
        return bytes <= largest;
    }

    boolean isProven(int bytes) {
        return bytes <= proven;
    }

    void taken(int bytes) {
        proven = Math.max(proven, bytes);
    }

    /**
     * Halves the limit until it excludes a size.
     *
     * @return whether sending again is of use: false where even the floor is refused
     */
    boolean refused(int bytes) {
        proven = FLOOR_BYTES;
        if (allows(bytes) && largest > FLOOR_BYTES) {
            while (allows(bytes) && largest > FLOOR_BYTES) {
                largest = Math.max(FLOOR_BYTES, largest / 2);
            }
            LOG.warn(
                    "Kafka refused an event of up to {} bytes as too large; from now on events over {} bytes go out"
                            + " without their data. Raise max.message.bytes of the events topic (and max.request.size,"
                            + " where it is set) to 1 MiB, and restart",
                    bytes,
                    largest);
        }
        return !allows(bytes);
    }
}
