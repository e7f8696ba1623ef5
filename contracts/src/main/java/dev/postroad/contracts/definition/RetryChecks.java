package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fault;
import java.util.List;

/** What a new definition may no longer say of retries, though those that count already may. */
final class RetryChecks {
    private RetryChecks() {}

    /** @param path of the definition in its text; empty where it is the whole */
    static void check(Definition definition, String path, List<Fault> faults) {
        String before = path.isEmpty() ? "" : path + ".";
        switch (definition) {
            case AgentDefinition agent -> check(agent.retry(), before + "retry.on", faults);
            case GraphDefinition graph ->
                graph.nodes()
                        .values()
                        .forEach(node -> check(node.retry(), before + "nodes." + node.name() + ".retry.on", faults));
            case ScheduleDefinition _, PriceDefinition _ -> {}
        }
    }

    private static void check(RetrySettings retry, String place, List<Fault> faults) {
        List<ErrorPattern> on = retry.on() == null ? List.of() : retry.on();
        on.stream()
                .filter(ErrorPattern::isOld)
                .forEach(old -> faults.add(new Fault(
                        place,
                        "holds a regular expression that RE2 cannot take: " + old,
                        "write it without lookaround, back references, possessive quantifiers, && and large"
                                + " repetitions; see https://github.com/google/re2/wiki/Syntax")));
    }
}
