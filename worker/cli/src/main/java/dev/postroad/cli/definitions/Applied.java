package dev.postroad.cli.definitions;

import dev.postroad.cli.changes.Changes;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.PriceDefinition;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.definitions.PublishedGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a definition differs from what was published before it.
 *
 * @param lines what differs; empty where nothing does, or nothing was there
 */
record Applied(Definition definition, Novelty novelty, List<String> lines) {
    /** How much of it is new. */
    enum Novelty {
        NEW("new"),
        UNCHANGED("unchanged"),
        CHANGED("changed");

        private final String word;

        Novelty(String word) {
            this.word = word;
        }
    }

    Applied {
        lines = List.copyOf(lines);
    }

    /** Looks at what is published now, so before the definition is. */
    static Applied of(Definition definition, PublishedDefinitions published) {
        if (published.holds(definition)) {
            return new Applied(definition, Novelty.UNCHANGED, List.of());
        }
        Optional<? extends Definition> before = switch (definition) {
            case AgentDefinition agent -> published.agent(agent.name());
            case GraphDefinition graph -> published.newestGraph(graph.name());
            case ScheduleDefinition schedule -> published.schedule(schedule.name());
            case PriceDefinition price -> published.price(price.name());
        };
        return before.map(old -> new Applied(definition, Novelty.CHANGED, Changes.between(old, definition)))
                .orElseGet(() -> new Applied(definition, Novelty.NEW, List.of()));
    }

    /** What the user is told, once it is published. */
    List<String> told(PublishedDefinitions published) {
        String version = switch (definition) {
            case AgentDefinition _, ScheduleDefinition _, PriceDefinition _ -> "";
            case GraphDefinition graph -> version(graph, published);
        };
        List<String> told = new ArrayList<>();
        told.add(definition.registryKey() + ": " + version + novelty.word);
        lines.forEach(line -> told.add("  " + line));
        return told;
    }

    private static String version(GraphDefinition graph, PublishedDefinitions published) {
        return Optional.ofNullable(graph.version())
                .or(() -> published.publishedGraph(graph.name(), null).map(PublishedGraph::version))
                .map(number -> "version " + number + ", ")
                .orElse("");
    }
}
