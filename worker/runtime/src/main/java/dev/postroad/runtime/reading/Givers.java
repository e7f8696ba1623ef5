package dev.postroad.runtime.reading;

import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.Giver;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Who sent a record, by its header. */
public final class Givers {
    private Givers() {}

    /** Null where the header does not say, or says what is no name. */
    public static @Nullable String of(ConsumerRecord<?, ?> record) {
        Header header = record.headers().lastHeader(EventHeaders.BY);
        return header == null ? null : Giver.ofHeader(header.value());
    }
}
