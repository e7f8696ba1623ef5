package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Regular expressions, in the syntax of RE2: without look-around and back references, and never in exponential time. */
final class Patterns {
    /** The largest program; about the length of a pattern with its repetitions written out. */
    static final int MAX_PROGRAM = 1_000;

    private static final int STEPS_TO_COMPILE = 50;
    private static final int STEPS_TO_MATCH = 2;
    private static final String SPECIAL = "\\^$.|?*+()[]{}";

    private Patterns() {}

    /** A pattern that is ready to be used; the text itself where it is no more than that. */
    record Ready(String text, @Nullable Pattern pattern) {}

    static JsonNode matches(Budget budget, JsonNode text, JsonNode pattern) {
        String searched = Values.text(text, "matches");
        String wanted = Values.text(pattern, "matches");
        budget.steps((long) STEPS_TO_COMPILE * (wanted.length() + Math.min(MAX_PROGRAM, PatternSize.of(wanted))));
        return found(budget, searched, ready(wanted));
    }

    static JsonNode found(Budget budget, String text, Ready ready) {
        if (ready.pattern() == null) {
            return Values.of(new TextSearch(budget, ready.text()).in(budget, text, 0) >= 0);
        }
        budget.steps(
                20L + (long) STEPS_TO_MATCH * text.length() * ready.pattern().programSize());
        return Values.of(ready.pattern().matcher(text).find());
    }

    /**
     * Compiles a pattern.
     *
     * @throws Failure where it is none
     */
    static Ready ready(String pattern) {
        if (pattern.chars().noneMatch(character -> SPECIAL.indexOf(character) >= 0)) {
            return new Ready(pattern, null);
        }
        if (PatternSize.of(pattern) > 4 * MAX_PROGRAM) {
            throw tooLarge(pattern);
        }
        try {
            Pattern compiled = Pattern.compile(pattern);
            if (compiled.programSize() > MAX_PROGRAM) {
                throw tooLarge(pattern);
            }
            return new Ready(pattern, compiled);
        } catch (PatternSyntaxException unsound) {
            throw new Failure("matches: '" + shortened(pattern) + "' is no regular expression of RE2, which knows no "
                    + "look-around and no back references: " + unsound.getDescription());
        }
    }

    private static Failure tooLarge(String pattern) {
        return new Failure("matches: '" + shortened(pattern) + "' is too large: with its repetitions written out it "
                + "takes more than " + MAX_PROGRAM + " steps a character");
    }

    private static String shortened(String pattern) {
        return pattern.length() > 100 ? pattern.substring(0, 100) + "…" : pattern;
    }

    /** {@code a.matches(b)} where b is written out. */
    record Match(Step text, Ready pattern) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            return found(evaluation.budget(), Values.text(text.evaluate(evaluation), "matches"), pattern);
        }
    }
}
