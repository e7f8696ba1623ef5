package dev.postroad.cli.definitions;

import dev.postroad.cli.servers.Await;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.client.RecordPlace;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.PriceDefinition;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Puts definitions on the registry, and sees that a worker takes them up. */
public final class Publisher {
    static final Duration DEFAULT_LIMIT = Duration.ofSeconds(30);

    private final PostroadClient client;
    private final PublishedDefinitions stored;
    private final @Nullable String by;

    /** @param by who publishes; null where nobody says */
    public Publisher(PostroadClient client, PublishedDefinitions stored, @Nullable String by) {
        this.client = client;
        this.stored = stored;
        this.by = by;
    }

    /**
     * Publishes what is not there yet as it is given, agents first and schedules last, and waits until a worker has stored all of it.
     *
     * @throws CommandException where a worker refuses one of them, with its reason, or none has stored it in time
     */
    void publish(List<Definition> definitions, Duration limit) {
        Map<Definition, RecordPlace> published = new LinkedHashMap<>();
        definitions.stream()
                .filter(definition -> !stored.holds(definition))
                .sorted(Comparator.comparingInt(Publisher::order))
                .forEachOrdered(definition -> published.put(definition, client.apply(definition, by)));
        published.forEach((definition, record) -> awaitTakenUp(definition, record, limit));
    }

    private static int order(Definition definition) {
        return switch (definition) {
            case AgentDefinition _ -> 0;
            case GraphDefinition _ -> 1;
            case ScheduleDefinition _, PriceDefinition _ -> 2;
        };
    }

    private void awaitTakenUp(Definition definition, RecordPlace record, Duration limit) {
        AtomicReference<@Nullable String> refusal = new AtomicReference<>();
        boolean decided = Await.until(limit, () -> {
            refusal.set(stored.refusal(record).orElse(null));
            return refusal.get() != null || stored.holds(definition);
        });
        String reason = refusal.get();
        if (reason != null) {
            throw CommandException.failed("the workers refuse " + definition.registryKey() + ": " + reason);
        }
        if (!decided) {
            throw CommandException.failed(
                    definition.registryKey() + " is published, but no worker has stored it within " + limit.toSeconds()
                            + " s; see that a worker runs, and what its log says");
        }
    }
}
