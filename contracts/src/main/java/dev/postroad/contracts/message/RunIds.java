package dev.postroad.contracts.message;

import dev.postroad.contracts.json.Fields;
import java.util.regex.Pattern;

/** The rule for run ids. */
public final class RunIds {
    /** What the rule is, in words. */
    public static final String RULE = "1 to 128 of A-Z a-z 0-9 . _ : -";

    static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    private static final int LONGEST = 128;

    private RunIds() {}

    /** Whether a text may be a run id. */
    public static boolean isLegal(String text) {
        return PATTERN.matcher(text).matches();
    }

    /**
     * The id of a run whose trigger names none and has no key: the place where the trigger was read. A topic's name
     * that is too long for an id loses its beginning.
     */
    public static String ofRecord(String topic, int partition, long offset) {
        String id = topic + ":" + partition + ":" + offset;
        return id.substring(Math.max(0, id.length() - LONGEST));
    }

    /**
     * The id of such a run where the place alone would name one that was triggered from an earlier topic of the same name.
     *
     * @param topicId Kafka's id of the topic
     */
    public static String ofRecord(String topic, String topicId, int partition, long offset) {
        String id = ofRecord(topic, partition, offset) + ":" + topicId;
        return id.substring(Math.max(0, id.length() - LONGEST));
    }

    static String requireLegal(String runId) {
        if (!isLegal(runId)) {
            throw new IllegalArgumentException("the run id is " + Fields.quoted(runId) + "; use " + RULE);
        }
        return runId;
    }
}
