package dev.postroad.runtime.reading;

import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * A topic as Kafka knows it.
 *
 * @param id another one for each topic that is made, also under the same name; zero where Kafka gives none
 * @param partitions how many it has
 */
record Topic(Uuid id, int partitions) {
    /** The id as text; empty where Kafka gives none. */
    Optional<String> named() {
        return Uuid.ZERO_UUID.equals(id) ? Optional.empty() : Optional.of(id.toString());
    }
}
