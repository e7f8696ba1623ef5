package dev.postroad.bench.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** One thing that is thrown at a worker. */
@SuppressWarnings("ArrayRecordComponent") // bytes as they are sent, which nobody changes or compares
sealed interface Shot {
    /**
     * A record.
     *
     * @param partition null where the key decides
     * @param timestamp milliseconds since 1970; null for now
     */
    record ToTopic(
            Door door,
            @Nullable Integer partition,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<Header> headers,
            @Nullable Long timestamp)
            implements Shot {
        @Override
        public String toString() {
            return door + " partition " + partition + " key " + shown(key) + " headers " + headers + " timestamp "
                    + timestamp + "\n" + shown(value);
        }
    }

    /**
     * A request as it goes over the wire.
     *
     * @param isSound whether it keeps to HTTP, and so has to be answered
     */
    record ToSocket(byte[] request, boolean isSound) implements Shot {
        @Override
        public String toString() {
            return "HTTP\n" + shown(request);
        }
    }

    private static String shown(byte @Nullable [] bytes) {
        return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
    }
}
