package dev.postroad.runtime.history.past;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventColumns;
import java.time.Instant;

/** Writes the fields of an event into a tree. */
record EventFields(ObjectNode json) implements EventColumns.Writer {
    @Override
    public void put(EventColumns.Field field, String value) {
        json.put(field.publicName(), value);
    }

    @Override
    public void put(EventColumns.Field field, long value) {
        json.set(field.publicName(), Json.whole(value));
    }

    @Override
    public void put(EventColumns.Field field, Instant value) {
        json.put(field.publicName(), value.toString());
    }

    @Override
    public void put(EventColumns.Field field, double value) {
        json.put(field.publicName(), value);
    }
}
