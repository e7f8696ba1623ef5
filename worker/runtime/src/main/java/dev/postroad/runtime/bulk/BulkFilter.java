package dev.postroad.runtime.bulk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.rows.JsonFields;
import dev.postroad.runtime.history.runs.RunFilter;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads which runs an order is for. */
final class BulkFilter {
    private static final Set<String> KNOWN =
            Set.of("all", "status", "graph", "version", "agent", "error", "tags", "since", "until");

    private BulkFilter() {}

    /** The filter; where something is wrong with it, that is noted. */
    static RunFilter read(Fields fields) {
        fields.onlyKnown(KNOWN);
        boolean all = Boolean.TRUE.equals(fields.truth("all"));
        boolean some = KNOWN.stream().anyMatch(field -> !field.equals("all") && saysSomething(fields.tree(field)));
        if (!all && !some) {
            fields.fault("all", "is missing, and nothing else says which runs", "say true for all that there are");
        }
        return new RunFilter(
                statuses(fields),
                fields.text("graph"),
                fields.whole("version", 0, Integer.MAX_VALUE),
                fields.text("agent"),
                time(fields, "since"),
                time(fields, "until"),
                fields.textMap("tags"),
                fields.text("error"));
    }

    /** What is null or empty asks for nothing, and whoever had a variable unset does not mean all runs. */
    private static boolean saysSomething(@Nullable JsonNode wanted) {
        return wanted != null && !(wanted.isContainerNode() && wanted.isEmpty());
    }

    /** Whether a filter that was asked for is for the same runs as another, but for times, which may count from now. */
    static boolean isFor(JsonNode asked, RunFilter filter) {
        List<Fault> faults = new FaultList();
        RunFilter read = read(Fields.of(asked, "", faults));
        return faults.isEmpty() && ofAnyTime(read).equals(ofAnyTime(filter));
    }

    private static RunFilter ofAnyTime(RunFilter filter) {
        return new RunFilter(
                filter.statuses(),
                filter.graph(),
                filter.graphVersion(),
                filter.waitsFor(),
                null,
                null,
                filter.tags(),
                filter.error());
    }

    /** The filter as it is asked for. */
    static ObjectNode tree(RunFilter filter) {
        ObjectNode json = JsonFields.object();
        if (filter.equals(RunFilter.ALL)) {
            return json.put("all", true);
        }
        if (!filter.statuses().isEmpty()) {
            json.set(
                    "status",
                    JsonFields.texts(filter.statuses().stream()
                            .map(RunStatus::publicName)
                            .toList()));
        }
        JsonFields.put(json, "graph", filter.graph());
        if (filter.graphVersion() != null) {
            json.put("version", filter.graphVersion());
        }
        JsonFields.put(json, "agent", filter.waitsFor());
        JsonFields.put(json, "since", filter.queuedSince());
        JsonFields.put(json, "until", filter.queuedUntil());
        if (!filter.tags().isEmpty()) {
            ObjectNode tags = json.putObject("tags");
            filter.tags().forEach(tags::put);
        }
        JsonFields.put(json, "error", filter.error());
        return json;
    }

    private static Set<RunStatus> statuses(Fields fields) {
        Set<RunStatus> statuses = EnumSet.noneOf(RunStatus.class);
        JsonNode given = fields.tree("status");
        if (given == null) {
            return statuses;
        }
        for (JsonNode name :
                given.isArray() ? given : fields.object().arrayNode().add(given)) {
            Arrays.stream(RunStatus.values())
                    .filter(status -> status.publicName().equals(name.textValue()))
                    .findFirst()
                    .ifPresentOrElse(
                            statuses::add,
                            () -> fields.fault(
                                    "status",
                                    "is " + Fields.quoted(name.asText()),
                                    "use some of "
                                            + Arrays.stream(RunStatus.values())
                                                    .map(RunStatus::publicName)
                                                    .collect(Collectors.joining(", "))));
        }
        return statuses;
    }

    private static @Nullable Instant time(Fields fields, String name) {
        String text = fields.text(name);
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException noTime) {
            fields.fault(name, "is " + Fields.quoted(text), "write it like 2026-01-31T12:00:00Z");
            return null;
        }
    }
}
