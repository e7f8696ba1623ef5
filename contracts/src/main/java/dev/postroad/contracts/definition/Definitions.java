package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads definitions of graphs, agents, schedules and prices from YAML or JSON. Thread-safe. */
public final class Definitions {
    private Definitions() {}

    /**
     * Reads one or more YAML documents, or one of JSON.
     *
     * @throws FaultsException with everything that is wrong with any of them
     */
    public static List<Definition> readAll(String text) throws FaultsException {
        List<Definition> definitions = new ArrayList<>();
        List<Fault> faults = FaultList.ofDefinitions();
        Set<String> keys = new HashSet<>();
        List<JsonNode> documents = Documents.of(text);
        for (int i = 0; i < documents.size(); i++) {
            String path = documents.size() == 1 ? "" : "document " + (i + 1);
            Definition definition = read(documents.get(i), path, faults);
            if (definition == null) {
                continue;
            }
            RetryChecks.check(definition, path, faults);
            if (!definition.name().isEmpty() && !keys.add(definition.registryKey())) {
                faults.add(new Fault(path, "defines " + definition.registryKey() + " again", "keep one of the two"));
            }
            definitions.add(definition);
        }
        if (documents.isEmpty()) {
            faults.add(new Fault("", "there is no document", "write a graph, an agent or a schedule"));
        }
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return definitions;
    }

    /**
     * Reads one definition that is new.
     *
     * @throws FaultsException with everything that is wrong with it
     */
    public static Definition read(JsonNode document) throws FaultsException {
        Definition definition = readAccepted(document);
        List<Fault> faults = FaultList.ofDefinitions();
        RetryChecks.check(definition, "", faults);
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return definition;
    }

    /**
     * Reads one definition that counts already: what was right by the rules under which it was accepted stays right.
     *
     * @throws FaultsException with everything that is wrong with it
     */
    public static Definition readAccepted(JsonNode document) throws FaultsException {
        List<Fault> faults = FaultList.ofDefinitions();
        Definition definition = read(document, "", faults);
        if (definition == null || !faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return definition;
    }

    /** What is sound in a definition, and yet is probably not what its author meant; empty where nothing is. */
    public static List<Fault> warnings(Definition definition) {
        List<Fault> warnings = new ArrayList<>(RetryWarnings.of(definition));
        warnings.addAll(LiteralSecrets.warnings(definition));
        return warnings;
    }

    private static @Nullable Definition read(JsonNode document, String path, List<Fault> faults) {
        if (!document.isObject()) {
            Fields.of(document, path, faults);
            return null;
        }
        Fields fields = Fields.of(document, path, faults);
        if (ScheduleReader.isSchedule(fields)) {
            return ScheduleReader.read(fields);
        }
        if (fields.has("graph")) {
            return GraphReader.read(fields, faults);
        }
        if (fields.has("agent")) {
            return AgentReader.read(fields);
        }
        if (fields.has("price")) {
            return PriceReader.read(fields);
        }
        fields.fault(
                "",
                "is neither a graph nor an agent nor a schedule nor a price",
                "begin with graph: NAME, agent: NAME, schedule: NAME or price: MODEL");
        return null;
    }
}
