package dev.postroad.cli.screen;

import java.util.Map;

/**
 * Makes seen what else would steer a terminal, or make a line look like two: controls, what turns the direction of
 * writing, separators of lines. Each becomes the escape that JSON has for it.
 */
public final class Visible {
    private static final Map<Integer, String> SHORT =
            Map.of((int) '\n', "\\n", (int) '\r', "\\r", (int) '\t', "\\t", (int) '\b', "\\b", (int) '\f', "\\f");

    /** They join letters and pictures, and do nothing else. */
    private static final int JOINER = 0x200D;

    private static final int NON_JOINER = 0x200C;

    private Visible() {}

    /** The text in one line, with nothing in it but what is seen. */
    public static String text(String text) {
        return text.codePoints().anyMatch(Visible::isHidden) ? escaped(text, "") : text;
    }

    /** The text of at most so many characters, and how many more there are. */
    public static String text(String text, int most) {
        if (text.length() <= most) {
            return text(text);
        }
        int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
        return text(text.substring(0, end)) + "… (" + (text.length() - end) + " more characters)";
    }

    /** JSON, which stays the same JSON: what has to be escaped stands within its strings only, but for line breaks. */
    public static String json(String json) {
        return escaped(json, "\r\n");
    }

    private static String escaped(String text, String kept) {
        StringBuilder line = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(codePoint -> {
            if (isHidden(codePoint) && kept.indexOf(codePoint) < 0) {
                line.append(escape(codePoint));
            } else {
                line.appendCodePoint(codePoint);
            }
        });
        return line.toString();
    }

    private static String escape(int codePoint) {
        String known = SHORT.get(codePoint);
        if (known != null) {
            return known;
        }
        StringBuilder escape = new StringBuilder();
        for (char unit : Character.toChars(codePoint)) {
            escape.append(String.format("\\u%04x", (int) unit));
        }
        return escape.toString();
    }

    private static boolean isHidden(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            case Character.FORMAT -> codePoint != JOINER && codePoint != NON_JOINER;
            default -> false;
        };
    }
}
