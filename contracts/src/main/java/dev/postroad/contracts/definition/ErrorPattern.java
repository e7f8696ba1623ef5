package dev.postroad.contracts.definition;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/** What an error looks like that is to be tried again: by its type, or by its message. Immutable. */
public final class ErrorPattern {
    private static final String MESSAGE = "message:";

    private final String text;
    private final boolean ofMessage;
    private final Pattern pattern;

    private ErrorPattern(String text, boolean ofMessage, Pattern pattern) {
        this.text = text;
        this.ofMessage = ofMessage;
        this.pattern = pattern;
    }

    /**
     * A type such as {@code http.503}, in which {@code *} stands for any characters, or {@code message:} and a regular
     * expression that is to be found in the message.
     *
     * @throws PatternSyntaxException where it holds no regular expression
     */
    public static ErrorPattern of(String text) {
        if (text.startsWith(MESSAGE)) {
            return new ErrorPattern(text, true, Pattern.compile(text.substring(MESSAGE.length())));
        }
        String ofType = Arrays.stream(text.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return new ErrorPattern(text, false, Pattern.compile(ofType, Pattern.DOTALL));
    }

    /** Whether an error looks like this. */
    public boolean matches(String type, String message) {
        return ofMessage
                ? pattern.matcher(message).find()
                : pattern.matcher(type).matches();
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
