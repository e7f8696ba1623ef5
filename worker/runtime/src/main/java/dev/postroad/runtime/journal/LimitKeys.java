package dev.postroad.runtime.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.RunTerms;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.engine.graph.RunRules;
import dev.postroad.engine.run.QueuePlace;
import dev.postroad.engine.run.Run;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run is counted by for limits, as its row has it: a list of keys; or, of one whose trigger set limits of its own, an
 * object of these and the keys. Immutable.
 *
 * @param keys its key for each limit; empty where none is by key
 * @param own the limits of its trigger; {@link RunRules#NONE} where it goes by those of its graph alone; null where this
 *     release cannot read them
 */
record LimitKeys(List<String> keys, @Nullable RunRules own) {
    static final LimitKeys NONE = new LimitKeys(List.of(), RunRules.NONE);

    private static final String KEYS = "keys";
    private static final String OWN = "own";

    LimitKeys {
        keys = List.copyOf(keys);
    }

    static LimitKeys of(Run run) {
        QueuePlace place = run.admission().place();
        List<String> keys = place == null ? List.of() : place.limits();
        RunRules rules = run.admission().rules();
        return keys.isEmpty() && !rules.isLimited()
                ? NONE
                : new LimitKeys(keys, rules.isLimited() ? rules : RunRules.NONE);
    }

    /** Reads back {@link #json}. */
    static LimitKeys of(JsonNode json) {
        JsonNode list = json.isObject() ? json.path(KEYS) : json;
        List<String> keys = new ArrayList<>();
        list.forEach(key -> keys.add(key.asText()));
        return new LimitKeys(keys, json.isObject() ? own(json.path(OWN)) : RunRules.NONE);
    }

    private static @Nullable RunRules own(JsonNode json) {
        try {
            return RunRules.read(json);
        } catch (FaultsException ofAnotherRelease) {
            return null;
        }
    }

    /** Whether its trigger set limits to it. */
    boolean isOwn() {
        return own == null || !own.equals(RunRules.NONE);
    }

    /** Whether it is counted by nothing but what all runs of its graph are. */
    boolean isEmpty() {
        return equals(NONE);
    }

    /** The limits that hold for it; null where this release cannot read them. */
    @Nullable
    QueueRules rules(@Nullable QueueRules ofVersion) {
        return own == null || ofVersion == null ? null : own.queue(ofVersion);
    }

    JsonNode json() {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        keys.forEach(list::add);
        if (own == null || own.equals(RunRules.NONE)) {
            return list;
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set(KEYS, list);
        new RunTerms(own.terms().queue(), null, null).put(json.putObject(OWN));
        return json;
    }

    /** A number for those that wait for the same; null for those that wait for what all of the graph do. */
    @Nullable
    Long line() {
        if (isEmpty()) {
            return null;
        }
        List<String> all = new ArrayList<>(keys);
        if (own != null && !own.equals(RunRules.NONE)) {
            all.add(json().toString());
        }
        return QueueLine.of(all);
    }
}
