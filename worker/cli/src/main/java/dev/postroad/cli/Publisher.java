package dev.postroad.cli;

import dev.postroad.cli.servers.Await;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.runtime.history.PublishedDefinitions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/** Puts definitions on the registry, and sees that a worker takes them up. */
final class Publisher {
    static final Duration DEFAULT_LIMIT = Duration.ofSeconds(30);

    private final PostroadClient client;
    private final PublishedDefinitions stored;

    Publisher(PostroadClient client, PublishedDefinitions stored) {
        this.client = client;
        this.stored = stored;
    }

    /** Publishes what is not there yet as it is given, agents first, and waits until a worker has stored all of it. */
    void publish(List<Definition> definitions, Duration limit) {
        List<Definition> missing = definitions.stream()
                .filter(definition -> !stored.holds(definition))
                .sorted(Comparator.comparingInt(definition -> definition instanceof AgentDefinition ? 0 : 1))
                .toList();
        missing.forEach(client::apply);
        for (Definition definition : missing) {
            if (!Await.until(limit, () -> stored.holds(definition))) {
                throw CommandException.failed(definition.registryKey() + " is published, but no worker has stored it"
                        + " within " + limit.toSeconds()
                        + " s; see that a worker runs, and what its log and the topic of dead letters say");
            }
        }
    }
}
