package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What a user said about retries; what is null was not said.
 *
 * @param maxAttempts 1 to 1,000, the first attempt included
 * @param backoff the wait before the second attempt
 * @param multiplier how much longer each further wait is, 1 to 100
 * @param maxBackoff the longest wait
 * @param jitter the share of a wait, 0 to 1, that chance adds to it
 * @param on what is tried again: types of errors such as {@code timeout} or {@code http.503}, {@code *} standing for any
 *     characters, or {@code message:} and a regular expression of RE2; null for whatever the agent says may be tried again
 * @param onExhausted what becomes of the run when all attempts are used up
 */
public record RetrySettings(
        @Nullable Integer maxAttempts,
        @Nullable Duration backoff,
        @Nullable Double multiplier,
        @Nullable Duration maxBackoff,
        @Nullable Double jitter,
        @Nullable List<ErrorPattern> on,
        @Nullable OnExhausted onExhausted) {

    /** Nothing said. */
    public static final RetrySettings UNSET = new RetrySettings(null, null, null, null, null, null, null);

    private static final Set<String> KNOWN =
            Set.of("maxAttempts", "backoff", "multiplier", "maxBackoff", "jitter", "on", "onExhausted");

    /** Of an agent or a node, whose fields are given. */
    static RetrySettings of(Fields owner) {
        Fields fields = owner.nested("retry");
        OnExhausted onExhausted = OnExhausted.read(owner, fields);
        if (fields == null) {
            return onExhausted == null ? UNSET : new RetrySettings(null, null, null, null, null, null, onExhausted);
        }
        fields.onlyKnown(KNOWN);
        return new RetrySettings(
                fields.whole("maxAttempts", 1, 1_000),
                fields.duration("backoff"),
                fields.number("multiplier", 1, 100),
                fields.duration("maxBackoff"),
                fields.number("jitter", 0, 1),
                on(fields),
                onExhausted);
    }

    private static @Nullable List<ErrorPattern> on(Fields fields) {
        if (!fields.has("on")) {
            return null;
        }
        List<ErrorPattern> patterns = new ArrayList<>();
        for (String text : fields.texts("on")) {
            try {
                patterns.add(ErrorPattern.accepted(text));
            } catch (PatternSyntaxException unsound) {
                fields.fault("on", "holds no regular expression: " + unsound.getDescription(), "correct " + text);
            }
        }
        return List.copyOf(patterns);
    }
}
