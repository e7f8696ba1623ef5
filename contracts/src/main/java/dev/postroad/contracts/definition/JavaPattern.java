package dev.postroad.contracts.definition;

import java.util.regex.Pattern;

/**
 * A regular expression of Java's, which can take for ever: it is given up after so many looks at the text, and then
 * counts as not found. Immutable.
 *
 * @param pattern of a definition that was accepted when these were the rule
 */
record JavaPattern(Pattern pattern) {
    /** Some milliseconds. */
    private static final int MOST_LOOKS = 1_000_000;

    /** @throws java.util.regex.PatternSyntaxException where it is none */
    static JavaPattern of(String text) {
        return new JavaPattern(Pattern.compile(text));
    }

    boolean isFoundIn(String text) {
        try {
            return pattern.matcher(new Counted(text, new int[] {MOST_LOOKS})).find();
        } catch (TooLong | StackOverflowError givenUp) {
            return false;
        }
    }

    /** A text that can be looked at so often. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Counted(String text, int[] left) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (left[0]-- <= 0) {
                throw new TooLong();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text.substring(start, end), left);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLong() {
            super(null, null, false, false);
        }
    }
}
