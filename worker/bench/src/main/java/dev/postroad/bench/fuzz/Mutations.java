package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.EventHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** What is done to the parts of a record. */
final class Mutations {
    private static final int HUNDRED = 100;
    private static final int LARGEST_VALUE = 900_000;
    private static final List<String> HEADERS = List.of(
            EventHeaders.COMMAND_ID,
            EventHeaders.TRACE_PARENT,
            EventHeaders.ID,
            EventHeaders.TYPE,
            EventHeaders.SOURCE,
            EventHeaders.DEAD_LETTER_TOPIC,
            EventHeaders.DEAD_LETTER_OFFSET,
            EventHeaders.CONTENT_TYPE,
            "x");

    private final RandomGenerator random;
    private final ByteMutations bytes;

    Mutations(RandomGenerator random) {
        this.random = random;
        this.bytes = new ByteMutations(random);
    }

    /** @param percent so many of a hundred are changed */
    byte @Nullable [] written(ObjectNode message, int percent) {
        boolean isChanged = random.nextInt(HUNDRED) < percent;
        if (isChanged && random.nextInt(4) > 0) {
            new TreeMutations(random).mutate(message);
        }
        byte[] written = Armoury.json(message);
        byte[] sent = isChanged && random.nextInt(3) == 0 ? bytes.mutate(written) : written;
        return sent != null && sent.length > LARGEST_VALUE ? Armoury.utf8("\"too long\"") : sent;
    }

    /** @param percent so many of a hundred are another key than the usual one */
    byte @Nullable [] key(String usual, int percent) {
        if (random.nextInt(HUNDRED) >= percent) {
            return Armoury.utf8(usual);
        }
        return switch (random.nextInt(6)) {
            case 0, 1 -> null;
            case 2 -> new byte[0];
            case 3 -> Armoury.utf8(usual + " ");
            case 4 -> Armoury.utf8("k".repeat(1 + random.nextInt(HUNDRED * 3)));
            default -> bytes.noise(random.nextInt(20));
        };
    }

    List<Header> headers() {
        List<Header> headers = new ArrayList<>();
        int many = random.nextInt(10) < 8 ? 0 : 1 + random.nextInt(4);
        for (int i = 0; i < many; i++) {
            headers.add(new RecordHeader(HEADERS.get(random.nextInt(HEADERS.size())), headerValue()));
        }
        return headers;
    }

    private byte @Nullable [] headerValue() {
        return switch (random.nextInt(6)) {
            case 0 -> null;
            case 1 -> new byte[0];
            case 2 -> Armoury.utf8("h".repeat(7_000));
            case 3 -> bytes.noise(20);
            case 4 -> Armoury.utf8("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
            default -> Armoury.utf8("h-" + random.nextInt(1_000_000));
        };
    }

    /** Kafka itself takes none that is far from now. */
    @Nullable
    Long timestamp() {
        return random.nextInt(50) == 0 ? (Long) (1L + random.nextInt(1_000_000)) : null;
    }
}
