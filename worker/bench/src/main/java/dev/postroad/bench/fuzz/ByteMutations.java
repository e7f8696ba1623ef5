package dev.postroad.bench.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Changes what a tree was written as. */
final class ByteMutations {
    private final RandomGenerator random;

    ByteMutations(RandomGenerator random) {
        this.random = random;
    }

    byte @Nullable [] mutate(byte[] bytes) {
        return switch (random.nextInt(10)) {
            case 0 -> null;
            case 1 -> new byte[0];
            case 2 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 3, 4 -> flipped(bytes);
            case 5 -> with(bytes, new byte[] {(byte) 0xC0, (byte) 0x80, (byte) 0xFF});
            case 6 -> with(bytes, new byte[] {0});
            case 7 -> (new String(bytes, StandardCharsets.UTF_8) + " {}").getBytes(StandardCharsets.UTF_8);
            case 8 ->
                new String(bytes, StandardCharsets.UTF_8)
                        .replaceFirst("\\{", "{\"type\":\"cancel\",\"runId\":\"x\",")
                        .getBytes(StandardCharsets.UTF_8);
            default -> noise(random.nextInt(200));
        };
    }

    private byte[] flipped(byte[] bytes) {
        byte[] changed = bytes.clone();
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times && changed.length > 0; i++) {
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return changed;
    }

    private byte[] with(byte[] bytes, byte[] more) {
        int place = random.nextInt(bytes.length + 1);
        byte[] changed = Arrays.copyOf(bytes, bytes.length + more.length);
        System.arraycopy(more, 0, changed, place, more.length);
        System.arraycopy(bytes, place, changed, place + more.length, bytes.length - place);
        return changed;
    }

    byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }
}
