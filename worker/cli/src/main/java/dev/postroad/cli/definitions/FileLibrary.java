package dev.postroad.cli.definitions;

import dev.postroad.engine.graph.AnswerSchemas;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Library;
import dev.postroad.runtime.answers.JsonSchemas;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the graphs of files may refer to: what is published, and what stands before them in the files. */
final class FileLibrary implements Library {
    private final Library published;
    private final Set<String> agents = new HashSet<>();
    private final Map<String, Graph> graphs = new HashMap<>();

    FileLibrary(Library published) {
        this.published = published;
    }

    void add(String agent) {
        agents.add(agent);
    }

    void add(Graph graph) {
        graphs.put(graph.name(), graph);
    }

    @Override
    public AnswerSchemas answerSchemas() {
        return JsonSchemas.INSTANCE;
    }

    @Override
    public boolean hasAgent(String name) {
        return agents.contains(name) || published.hasAgent(name);
    }

    @Override
    public @Nullable Graph graph(String name, @Nullable Integer version) {
        Graph own = graphs.get(name);
        if (own != null && version == null) {
            return own;
        }
        Graph stored = published.graph(name, version);
        return stored == null ? own : stored;
    }
}
