package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.history.runs.RunCounts;
import dev.postroad.runtime.history.runs.RunJson;
import dev.postroad.runtime.history.runs.RunOrder;
import dev.postroad.runtime.history.runs.RunPage;
import dev.postroad.runtime.history.runs.RunSummary;
import dev.postroad.runtime.http.ListingLooks.Seen;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one reader of a listing was sent, and what it is to be sent next. Confined to one thread. */
final class ListingChange {
    private final RunOrder order;
    private Map<String, RunSummary> sent = Map.of();
    private @Nullable RunCounts counts;

    ListingChange(RunOrder order) {
        this.order = order;
    }

    /** What is new to the reader; empty where nothing is. */
    Optional<ObjectNode> after(Seen seen) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        Map<String, RunSummary> here = new LinkedHashMap<>();
        seen.page().runs().forEach(run -> here.put(run.runId(), run));
        ArrayNode changed = json.putArray("runs");
        here.values().stream()
                .filter(run -> !run.equals(sent.get(run.runId())))
                .forEach(run -> changed.add(RunJson.tree(run)));
        ArrayNode gone = json.putArray("gone");
        gone(here, seen.page()).forEach(gone::add);
        RunCounts known = counts;
        boolean isCounted = known == null || !known.sameAs(seen.counts());
        if (isCounted) {
            json.set("counts", RunJson.tree(seen.counts()));
        }
        sent = here;
        counts = seen.counts();
        return isCounted || !changed.isEmpty() || !gone.isEmpty() ? Optional.of(json) : Optional.empty();
    }

    /** What other runs pushed off the page is wanted all the same. */
    private List<String> gone(Map<String, RunSummary> here, RunPage page) {
        Instant edge = page.next() == null ? null : page.runs().getLast().queuedAt();
        return sent.values().stream()
                .filter(run -> !here.containsKey(run.runId()) && isBefore(run.queuedAt(), edge))
                .map(RunSummary::runId)
                .toList();
    }

    private boolean isBefore(Instant queuedAt, @Nullable Instant edge) {
        return edge == null || (order == RunOrder.NEWEST ? queuedAt.isAfter(edge) : queuedAt.isBefore(edge));
    }
}
