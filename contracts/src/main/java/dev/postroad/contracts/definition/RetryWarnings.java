package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.Fields;
import java.util.List;
import java.util.regex.Pattern;

/** What a definition says of retries that will probably never come true. Thread-safe. */
final class RetryWarnings {
    /** What a Java agent throws has the name of its class. */
    private static final Pattern CLASS = Pattern.compile("[\\p{Lu}*][\\p{L}\\p{N}_$*]*");

    private RetryWarnings() {}

    static List<Fault> of(Definition definition) {
        List<Fault> warnings = FaultList.ofDefinitions();
        switch (definition) {
            case AgentDefinition agent -> {
                boolean givesItsOwn =
                        agent.kind() == AgentDefinition.Kind.JAVA || agent.kind() == AgentDefinition.Kind.KAFKA;
                note(agent.retry(), "retry.on", givesItsOwn ? "" : agent.kind().publicName(), warnings);
            }
            case GraphDefinition graph ->
                graph.nodes()
                        .values()
                        .forEach(node -> note(node.retry(), "nodes." + node.name() + ".retry.on", "", warnings));
            case ScheduleDefinition _, PriceDefinition _ -> {}
        }
        return warnings;
    }

    /** @param kind of the agent; empty where it may have types of its own */
    private static void note(RetrySettings retry, String place, String kind, List<Fault> warnings) {
        for (ErrorPattern pattern : retry.on() == null ? List.<ErrorPattern>of() : retry.on()) {
            String text = pattern.toString();
            if (text.startsWith(ErrorPattern.MESSAGE) || ErrorTypes.isOfAttempts(pattern, kind)) {
                continue;
            }
            if (ErrorTypes.isOfRuns(pattern)) {
                warnings.add(new Fault(
                        place,
                        Fields.quoted(text) + " is never tried again",
                        "remove it, or use onError for what follows"));
            } else if (!kind.isEmpty()) {
                warnings.add(
                        new Fault(place, "no agent of kind " + kind + " fails with " + Fields.quoted(text), remedy()));
            } else if (!CLASS.matcher(text).matches()) {
                warnings.add(new Fault(
                        place,
                        "Postroad has no error of type " + Fields.quoted(text) + ", though a Java agent may give it",
                        remedy()));
            }
        }
    }

    private static String remedy() {
        return "use one such as timeout, http.503, http.5* or http.connection; asyncapi.yaml lists them";
    }
}
