package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Has only the last of many triggers run: of those for one graph or agent with the same key, each is superseded by one that
 * is written within the time after it.
 *
 * @param key 1 to 200 characters
 * @param within how long it is waited for the next one; a millisecond at least
 */
public record Debounce(String key, Duration within) {
    private static final Pattern KEY = Pattern.compile(".{1,200}", Pattern.DOTALL);
    private static final String RULE = "1 to 200 characters";
    private static final String FOR = "for";

    /**
     * Checks both.
     *
     * @throws IllegalArgumentException where the key is empty or too long, or the time less than a millisecond
     */
    public Debounce {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("the key has " + key.length() + " characters; use " + RULE);
        }
        if (within.toMillis() < 1) {
            throw new IllegalArgumentException("the time is " + within + "; use a millisecond at least");
        }
    }

    static @Nullable Debounce read(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        String key = fields.text("key", KEY, RULE);
        if (key == null && !fields.has("key")) {
            fields.missing("key", "say which triggers belong together");
        }
        Duration within = fields.duration(FOR);
        if (within == null && !fields.has(FOR)) {
            fields.missing(FOR, "say how long to wait for the next one, such as PT30S");
        }
        if (within != null && within.toMillis() < 1) {
            fields.fault(FOR, "is less than a millisecond", "use one such as PT30S");
            return null;
        }
        return key == null || within == null ? null : new Debounce(key, within);
    }

    void put(ObjectNode json) {
        json.put("key", key).put(FOR, within.toString());
    }
}
