package dev.postroad.runtime.intake;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** What makes a command apply once. */
final class CommandIds {
    private static final int LONGEST = 200;
    /** No character takes more bytes in UTF-8 for each of its chars. */
    private static final int MOST_BYTES = 3 * LONGEST;

    private CommandIds() {}

    /**
     * The id that the message has, or that whoever forwarded it gave it, or else the place where it was read.
     *
     * @param topicId of the topic that it was read from, so that a place there is not taken for one in another of the same
     *     name; null where Kafka gives none
     * @throws FaultsException where the header that may hold it is unfit
     */
    static String of(Control control, ConsumerRecord<?, ?> record, @Nullable String topicId) throws FaultsException {
        Header header = record.headers().lastHeader(EventHeaders.COMMAND_ID);
        String forwarded = header == null ? null : read(header.value());
        if (control.commandId() != null) {
            return control.commandId();
        }
        if (forwarded != null) {
            return forwarded;
        }
        String place = record.topic() + ":" + record.partition() + ":" + record.offset();
        String whole = topicId == null ? place : place + ":" + topicId;
        return whole.substring(Math.max(0, whole.length() - LONGEST));
    }

    private static String read(byte @Nullable [] value) throws FaultsException {
        if (value == null) {
            throw fault("has a null value");
        }
        if (value.length > MOST_BYTES) {
            throw fault("has " + value.length + " bytes");
        }
        try {
            String id = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
            if (id.isEmpty() || id.length() > LONGEST) {
                throw fault("has " + id.length() + " characters");
            }
            if (id.indexOf('\0') >= 0) {
                throw fault("holds the character U+0000");
            }
            return id;
        } catch (CharacterCodingException notUtf8) {
            throw fault("is not UTF-8");
        }
    }

    private static FaultsException fault(String problem) {
        return new FaultsException(List.of(new Fault(
                "the header " + EventHeaders.COMMAND_ID,
                problem,
                "leave it out, or send 1 to " + LONGEST + " characters in UTF-8")));
    }
}
