package dev.postroad.contracts.message;

/** Names of record headers. Events follow the CloudEvents Kafka binding in binary mode. */
public final class EventHeaders {
    public static final String SPEC_VERSION = "ce_specversion";
    public static final String ID = "ce_id";
    public static final String TYPE = "ce_type";
    public static final String SOURCE = "ce_source";
    public static final String CONTENT_TYPE = "content-type";
    /** W3C trace context of the trigger, where it had one. */
    public static final String TRACE_PARENT = "traceparent";
    /** On a trigger that is a CloudEvent: the same by the extension for distributed tracing; {@link #TRACE_PARENT} goes before. */
    public static final String CLOUD_EVENT_TRACE_PARENT = "ce_traceparent";

    /** On a dead letter: where the record came from and why it could not be understood. */
    public static final String DEAD_LETTER_TOPIC = "postroad-topic";

    public static final String DEAD_LETTER_PARTITION = "postroad-partition";
    public static final String DEAD_LETTER_OFFSET = "postroad-offset";
    public static final String DEAD_LETTER_REASON = "postroad-reason";

    /** On a control record that was forwarded to its run's shard: what makes the command apply once. */
    public static final String COMMAND_ID = "postroad-command-id";

    /** On a task of a remote agent: what it is about, as in its value. */
    public static final String TASK = "postroad-task";

    public static final String ATTEMPT = "postroad-attempt";
    /** When the attempt is given up: an instant, as in ISO-8601. */
    public static final String DEADLINE = "postroad-deadline";

    /** On an agent's answer that was sent on to the partition of its run's shard, which is done once. */
    public static final String FORWARDED = "postroad-forwarded";

    /** On a part of an archived run: which archive it is of, which part it is, from 1 on, and whether it is the last. */
    public static final String ARCHIVE_ID = "postroad-archive";

    public static final String ARCHIVE_PART = "postroad-part";
    public static final String ARCHIVE_LAST = "postroad-last";

    /** How a value is packed. */
    public static final String CONTENT_ENCODING = "content-encoding";

    /** On a trigger, a control message or a definition: who sends it, where its value does not say so. */
    public static final String BY = "postroad-by";

    private EventHeaders() {}
}
