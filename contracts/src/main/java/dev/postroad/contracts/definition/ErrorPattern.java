package dev.postroad.contracts.definition;

import com.google.re2j.Pattern;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * What an error looks like that is to be tried again: by its type, or by its message. Regular expressions are RE2's, as in
 * the graph's other expressions: no input makes them take long. Immutable.
 */
public final class ErrorPattern {
    static final String MESSAGE = "message:";

    /** An intersection of characters in Java, and in RE2 just two ampersands. */
    private static final String INTERSECTION = "&&";

    /** What RE2 makes of an expression takes memory for each. */
    private static final int MOST_STEPS = 10_000;

    private final String text;
    private final boolean isOld;
    private final Predicate<String> found;

    private ErrorPattern(String text, boolean isOld, Predicate<String> found) {
        this.text = text;
        this.isOld = isOld;
        this.found = found;
    }

    /**
     * A type such as {@code http.503}, in which {@code *} stands for any characters, or {@code message:} and a regular
     * expression that is to be found in the message.
     *
     * @throws PatternSyntaxException where it holds no regular expression of RE2
     */
    public static ErrorPattern of(String text) {
        if (!isOfMessage(text)) {
            String type =
                    Arrays.stream(text.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
            return new ErrorPattern(text, false, Pattern.compile(type, Pattern.DOTALL)::matches);
        }
        String expression = text.substring(MESSAGE.length());
        if (RegexSize.of(expression) > MOST_STEPS) {
            throw new PatternSyntaxException(
                    "repeats too much, for more than " + MOST_STEPS + " steps", expression, -1);
        }
        try {
            Pattern pattern = Pattern.compile(expression);
            return new ErrorPattern(
                    text, false, message -> pattern.matcher(message).find());
        } catch (com.google.re2j.PatternSyntaxException unsound) {
            throw new PatternSyntaxException(unsound.getDescription(), expression, -1);
        }
    }

    /**
     * The same of a definition that counts already: it may hold what only Java's regular expressions know, as it could
     * when these were the rule.
     *
     * @throws PatternSyntaxException where it holds no regular expression of either kind
     */
    static ErrorPattern accepted(String text) {
        if (isOfMessage(text) && text.contains(INTERSECTION)) {
            return old(text);
        }
        try {
            return of(text);
        } catch (PatternSyntaxException notOfRe2) {
            return old(text);
        }
    }

    private static ErrorPattern old(String text) {
        return new ErrorPattern(text, true, JavaPattern.of(text.substring(MESSAGE.length()))::isFoundIn);
    }

    private static boolean isOfMessage(String text) {
        return text.startsWith(MESSAGE);
    }

    /** Whether it is one that is no longer accepted. */
    boolean isOld() {
        return isOld;
    }

    /** Whether an error looks like this. */
    public boolean matches(String type, String message) {
        return found.test(isOfMessage(text) ? message : type);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ErrorPattern same && text.equals(same.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
