package dev.postroad.cli.definitions;

import dev.postroad.engine.graph.AnswerSchemas;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Library;
import dev.postroad.runtime.answers.JsonSchemas;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The graphs that workers have stored, and the agents that were known when this was made. */
final class PublishedLibrary implements Library {
    private final PublishedDefinitions published;
    private final Set<String> agents;

    PublishedLibrary(PublishedDefinitions published) {
        this.published = published;
        this.agents = KnownAgents.names(published);
    }

    @Override
    public AnswerSchemas answerSchemas() {
        return JsonSchemas.INSTANCE;
    }

    @Override
    public boolean hasAgent(String name) {
        return agents.contains(name);
    }

    @Override
    public @Nullable Graph graph(String name, @Nullable Integer version) {
        return published.graphIfStored(name, version).orElse(null);
    }
}
