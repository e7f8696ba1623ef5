package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.graph.AnswerSchemas;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.GraphCompiler;
import dev.postroad.engine.graph.Library;
import dev.postroad.engine.graph.ScheduleChecks;
import dev.postroad.runtime.answers.JsonSchemas;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the definitions of one request, and checks each against what is published and what stands before it. Confined to
 * one thread.
 */
final class PostedDefinitions implements Library {
    private static final int MOST = 100;

    private final PublishedDefinitions published;
    private final AgentCheck agentCheck;
    private final Set<String> agents;
    private final Map<String, Graph> graphs = new HashMap<>();
    private final FaultList faults = FaultList.ofDefinitions();

    PostedDefinitions(PublishedDefinitions published, AgentCheck agentCheck) {
        this.published = published;
        this.agentCheck = agentCheck;
        this.agents = new HashSet<>(published.agents());
    }

    /**
     * Reads one definition, or a list of them, or the text of a file with some.
     *
     * @throws FaultsException with everything that is wrong with any of them
     */
    List<Definition> read(JsonNode body) throws FaultsException {
        return body.isTextual() ? readFile(body.textValue()) : readTrees(body);
    }

    /** The text of a file, as people write it. */
    private List<Definition> readFile(String text) throws FaultsException {
        List<Definition> definitions = Definitions.readAll(text);
        if (definitions.size() > MOST) {
            throw tooMany(definitions.size());
        }
        List<String> places = new ArrayList<>();
        for (int i = 0; i < definitions.size(); i++) {
            places.add(definitions.size() == 1 ? "" : "document " + (i + 1));
        }
        return sound(definitions, places);
    }

    private List<Definition> readTrees(JsonNode body) throws FaultsException {
        boolean isList = body.isArray();
        if (isList && (body.isEmpty() || body.size() > MOST)) {
            throw tooMany(body.size());
        }
        Map<String, Definition> found = new HashMap<>();
        List<Definition> definitions = new ArrayList<>();
        List<String> places = new ArrayList<>();
        for (int i = 0; i < (isList ? body.size() : 1); i++) {
            String place = isList ? "[" + i + "]" : "";
            Definition definition = read(isList ? body.get(i) : body, place);
            if (definition == null) {
                continue;
            }
            if (found.putIfAbsent(definition.registryKey(), definition) != null) {
                faults.add(new Fault(place, "defines " + definition.registryKey() + " again", "keep one of the two"));
            }
            definitions.add(definition);
            places.add(place);
        }
        return sound(definitions, places);
    }

    private static FaultsException tooMany(int count) {
        return new FaultsException(
                List.of(new Fault("", "has " + count + " definitions", "send 1 to " + MOST + " at once")));
    }

    private List<Definition> sound(List<Definition> definitions, List<String> places) throws FaultsException {
        check(definitions, places);
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return definitions;
    }

    private @Nullable Definition read(JsonNode body, String place) {
        try {
            return Definitions.read(body);
        } catch (FaultsException unsound) {
            faults.addAll(unsound, place);
            return null;
        }
    }

    private void check(List<Definition> definitions, List<String> places) {
        definitions.stream()
                .filter(AgentDefinition.class::isInstance)
                .map(Definition::name)
                .forEach(agents::add);
        for (int i = 0; i < definitions.size(); i++) {
            if (definitions.get(i) instanceof AgentDefinition agent) {
                check(agent, places.get(i));
            }
            if (definitions.get(i) instanceof GraphDefinition graph) {
                check(graph, places.get(i));
            }
            if (definitions.get(i) instanceof ScheduleDefinition schedule) {
                check(schedule, places.get(i));
            }
        }
    }

    private void check(AgentDefinition agent, String place) {
        try {
            agentCheck.check(agent);
        } catch (FaultsException unsound) {
            faults.addAll(unsound, place);
        }
    }

    private void check(ScheduleDefinition schedule, String place) {
        try {
            ScheduleChecks.check(schedule, this);
        } catch (FaultsException unsound) {
            faults.addAll(unsound, place);
        }
    }

    private void check(GraphDefinition graph, String place) {
        try {
            graphs.put(graph.name(), GraphCompiler.checked(graph, this));
        } catch (FaultsException unsound) {
            faults.addAll(unsound, place);
        }
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
        Graph own = graphs.get(name);
        if (own != null && version == null) {
            return own;
        }
        Graph stored = published.graphIfStored(name, version).orElse(null);
        return stored == null ? own : stored;
    }
}
