package dev.postroad.runtime.publish;

import dev.postroad.contracts.message.EventColumns;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.journal.JournalRow;
import dev.postroad.runtime.journal.PublishedRow;
import dev.postroad.runtime.journal.RunKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Makes records of events: the CloudEvents Kafka binding in binary mode. Confined to one thread. */
final class EventRecords {
    private final String topic;
    private final ValueLimit limit;
    private final UnaryOperator<RunKey> published;
    private final EventJson json = new EventJson();
    private final Header specVersion = header(EventHeaders.SPEC_VERSION, "1.0");
    private final Header contentType = header(EventHeaders.CONTENT_TYPE, "application/json");
    private final Header source;
    private final Map<EventType, Header> types = new EnumMap<>(EventType.class);

    /** @param published gives the key under which a run's events are published that are read back */
    EventRecords(String topic, ValueLimit limit, UnaryOperator<RunKey> published) {
        this.published = published;
        this.topic = topic;
        this.limit = limit;
        this.source = header(EventHeaders.SOURCE, "postroad");
        EventType.known()
                .forEach(type ->
                        types.put(type, header(EventHeaders.TYPE, EventType.CLOUD_EVENTS_PREFIX + type.publicName())));
    }

    ProducerRecord<String, byte[]> record(RunKey key, String graph, int graphVersion, JournalRow row) {
        Header type = Objects.requireNonNull(types.get(row.event().body().type()));
        return record(key, type, row.event(), value(key, graph, graphVersion, row.event(), row.data()));
    }

    /** A row that is read back is published as it is, also where its type is one that only another release knows. */
    ProducerRecord<String, byte[]> record(PublishedRow row) {
        Header type = header(
                EventHeaders.TYPE, EventType.CLOUD_EVENTS_PREFIX + row.columns().typeName());
        byte[] value = value(row.key(), row.graph(), row.graphVersion(), row.columns(), row.data());
        return record(published.apply(row.key()), type, row.columns(), value);
    }

    private byte[] value(RunKey key, String graph, int graphVersion, EventColumns columns, byte[] data) {
        byte[] value = json.value(key, graph, graphVersion, columns, data);
        return limit.allows(value.length)
                ? value
                : json.valueWithoutData(key, graph, graphVersion, columns, data.length);
    }

    private ProducerRecord<String, byte[]> record(RunKey key, Header type, EventColumns columns, byte[] value) {
        List<Header> headers = new ArrayList<>(6);
        headers.add(specVersion);
        headers.add(new RecordHeader(EventHeaders.ID, json.id(key, columns)));
        headers.add(type);
        headers.add(source);
        headers.add(contentType);
        if (key.traceParent() != null) {
            headers.add(header(EventHeaders.TRACE_PARENT, key.traceParent()));
        }
        return new ProducerRecord<>(topic, null, null, key.id(), value, headers);
    }

    static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
