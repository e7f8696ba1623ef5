package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Messages that are sound as they are made here, about runs, graphs and agents of the fuzzer's own: what runs beside
 * them must not be meant by them. Thread-safe.
 */
final class Messages {
    private static final int NAMES = 32;
    private static final int VERSIONS = 4;
    private static final int DEBOUNCE_KEYS = 50;
    private static final String NO_OPERATION = "bench-no-operation";

    private final Examples examples;
    private final LongFunction<@Nullable String> runIds;

    /** @param runIds the run that the trigger of a number names; null for none */
    Messages(Examples examples, LongFunction<@Nullable String> runIds) {
        this.examples = examples;
        this.runIds = runIds;
    }

    /** Whether a trigger names its run by its number. */
    static boolean isNamed(RandomGenerator random) {
        return random.nextInt(10) < 7;
    }

    static String name(long number) {
        return "f-" + number;
    }

    ObjectNode trigger(long number, boolean isNamed, RandomGenerator random) {
        ObjectNode trigger = Examples.any(examples.triggers(), random);
        trigger.remove(List.of("version", "runId"));
        if (trigger.has("agent")) {
            trigger.put("agent", NO_OPERATION);
        } else {
            trigger.put("graph", target(random));
        }
        if (trigger.has("debounce")) {
            trigger.putObject("debounce")
                    .put("key", "k-" + random.nextInt(DEBOUNCE_KEYS))
                    .put("for", "PT0.5S");
        }
        trigger.putObject("input").put("count", random.nextInt(9)).put("text", Texts.any(random));
        if (isNamed) {
            return trigger.put("runId", name(number));
        }
        String before = runIds.apply(number - random.nextInt(1_000));
        return before == null ? trigger : trigger.put("runId", before);
    }

    private static String target(RandomGenerator random) {
        int chance = random.nextInt(100);
        if (chance < 3) {
            return graph(random);
        }
        List<String> targets = Armoury.targets();
        return chance < 6 ? "fuzz-nowhere" : chance < 60 ? targets.getFirst() : targets.get(random.nextInt(4));
    }

    private static String graph(RandomGenerator random) {
        return "fuzz-graph-" + random.nextInt(NAMES);
    }

    ObjectNode control(long number, String runId, RandomGenerator random) {
        ObjectNode control = Examples.any(examples.controls(), random);
        control.put("runId", runId);
        control.remove("commandId");
        if (control.has("newRunId")) {
            control.put("newRunId", "f-fork-" + number);
        }
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> control.put("commandId", "c-" + number);
            case 3 -> control.put("commandId", "c-" + number / 50);
            case 4 -> control.put("commandId", "c-" + number + Texts.any(random));
            default -> control;
        };
    }

    /** A definition that does no harm to others, and of which there are only so many. */
    ObjectNode definition(RandomGenerator random) {
        ObjectNode definition = Examples.any(examples.definitions(), random);
        if (definition.has("graph")) {
            definition.put("graph", graph(random));
            definition.put("version", 1 + random.nextInt(VERSIONS));
            definition.path("nodes").forEach(Messages::tame);
            return definition;
        }
        definition.put("agent", "fuzz-agent-" + random.nextInt(NAMES));
        if (definition.has("url")) {
            definition.put("url", "http://127.0.0.1:1/");
        }
        if (definition.has("provider")) {
            definition.put("provider", NO_OPERATION);
        }
        return definition;
    }

    private static void tame(JsonNode node) {
        if (node instanceof ObjectNode fields && fields.has("agent")) {
            fields.put("agent", NO_OPERATION);
        } else if (node instanceof ObjectNode fields && fields.has("graph")) {
            fields.put("graph", Armoury.targets().getFirst()).put("version", 1);
        }
    }

    static String registryKey(ObjectNode definition) {
        return definition.has("graph")
                ? "graph/" + definition.path("graph").asText()
                : "agent/" + definition.path("agent").asText();
    }

    ObjectNode chunk(String runId, RandomGenerator random) {
        return Examples.any(examples.chunks(), random).put("runId", runId);
    }

    /** Definitions as they are posted, by themselves or several at once. */
    JsonNode posted(RandomGenerator random) {
        ObjectNode first = definition(random);
        return random.nextInt(5) > 0 ? first : first.arrayNode().add(first).add(definition(random));
    }
}
