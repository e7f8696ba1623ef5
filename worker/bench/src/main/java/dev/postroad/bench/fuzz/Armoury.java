package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.bench.fuzz.Shot.ToSocket;
import dev.postroad.bench.fuzz.Shot.ToTopic;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What is thrown under each number: a function of the seed and the number alone, so that it can be thrown again by
 * itself. Thread-safe.
 */
final class Armoury {
    /** So many records behind each other share their fate. */
    static final int BLOCK = 16;

    /** As the topics of a new place have. */
    private static final int PARTITIONS = 12;

    private static final int THOUSAND = 1_000;
    private static final int NEARBY = 3_000;

    private final long seed;
    private final Messages messages;
    private final Requests requests;

    Armoury(long seed, Examples examples) {
        this.seed = seed;
        this.messages = new Messages(examples, this::runId);
        this.requests = new Requests(messages);
    }

    /** What becomes of the records of a number's block. */
    Fate fate(long number) {
        int chance = random(-1 - number / BLOCK).nextInt(THOUSAND);
        if (chance < 60) {
            return Fate.COMMITTED;
        }
        return chance < 120 ? Fate.ABORTED : Fate.PLAIN;
    }

    private SplittableRandom random(long number) {
        return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number * 0xD1B54A32D192ED03L);
    }

    /** The run that the trigger of a number asks for by name; null where it is no such trigger. */
    private @Nullable String runId(long number) {
        SplittableRandom random = random(number);
        boolean isTrigger = number >= 0 && Door.of(random.nextInt(THOUSAND)) == Door.TRIGGERS;
        return isTrigger && Messages.isNamed(random) ? Messages.name(number) : null;
    }

    /** A run that was asked for a little before, or will be; perhaps none at all. */
    private String someRun(long number, RandomGenerator random) {
        if (random.nextInt(40) == 0) {
            return "none-" + number;
        }
        boolean overtakes = random.nextInt(20) == 0;
        for (int i = 0; i < 20; i++) {
            long other = overtakes ? number + random.nextInt(50) : number - random.nextInt(NEARBY);
            String found = runId(other);
            if (found != null) {
                return found;
            }
        }
        return "none-" + number;
    }

    Shot shot(long number) {
        SplittableRandom random = random(number);
        Door door = Door.of(random.nextInt(THOUSAND));
        boolean isNamed = Messages.isNamed(random);
        return switch (door) {
            case TRIGGERS -> {
                ObjectNode trigger = messages.trigger(number, isNamed, random);
                yield record(door, trigger, trigger.path("runId").asText("t-" + number), random);
            }
            case CONTROL -> {
                ObjectNode control = messages.control(number, someRun(number, random), random);
                yield record(door, control, control.path("runId").asText(), random);
            }
            case REGISTRY -> {
                ObjectNode definition = messages.definition(random);
                yield record(door, definition, Messages.registryKey(definition), random);
            }
            case OUTPUT ->
                record(door, messages.chunk(someRun(number, random), random), someRun(number, random), random);
            case HTTP -> request(number, random);
        };
    }

    private ToTopic record(Door door, ObjectNode message, String usualKey, RandomGenerator random) {
        Mutations mutations = new Mutations(random);
        // Definitions that are accepted stay for ever, so most must not be.
        byte[] value = mutations.written(message, door == Door.REGISTRY ? 85 : 50);
        byte[] some = mutations.key(usualKey, door == Door.REGISTRY ? 10 : 35);
        // A compacted topic takes no record without a key.
        byte[] key = some == null && door == Door.REGISTRY ? new byte[0] : some;
        boolean keyDecides = key != null && random.nextInt(10) < 6;
        return new ToTopic(
                door,
                door == Door.REGISTRY || keyDecides ? null : random.nextInt(PARTITIONS),
                key,
                value,
                mutations.headers(),
                mutations.timestamp());
    }

    private ToSocket request(long number, RandomGenerator random) {
        byte[] sound = requests.request(number, someRun(number, random), random);
        if (random.nextInt(10) > 0) {
            return new ToSocket(sound, true);
        }
        byte[] mutated = new ByteMutations(random).mutate(sound);
        return new ToSocket(mutated == null ? new byte[0] : mutated, false);
    }

    /** The names of graphs that the fuzzer needs, beside those that it makes up. */
    static List<String> targets() {
        return List.of("fuzz-quick", "fuzz-question", "fuzz-flaky", "fuzz-nap");
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] json(JsonNode tree) {
        String text = new String(Json.bytes(tree), StandardCharsets.UTF_8);
        return utf8(text.replace(Texts.HALF_A_PAIR, "\\ud800"));
    }
}
