package dev.postroad.cli.changes;

import com.fasterxml.jackson.databind.JsonNode;

/** Shows values within a line. */
final class Values {
    private static final int MOST = 60;
    private static final int SHOWN_OF_WHAT_IS_ALIKE = 10;
    private static final String CUT = "…";

    private Values() {}

    /** A value behind something, or nothing for an empty one. */
    static String after(String separator, JsonNode value) {
        return value.isNull() || (value.isContainerNode() && value.isEmpty()) ? "" : separator + cut(value.toString());
    }

    /** The old value and the new one, from shortly before where they begin to differ. */
    static String change(JsonNode before, JsonNode after) {
        return change(before.toString(), after.toString());
    }

    static String change(String old, String now) {
        int alike = 0;
        while (alike < Math.min(old.length(), now.length()) && old.charAt(alike) == now.charAt(alike)) {
            alike++;
        }
        int skipped = Math.max(old.length(), now.length()) <= MOST ? 0 : Math.max(0, alike - SHOWN_OF_WHAT_IS_ALIKE);
        String mark = skipped == 0 ? "" : CUT;
        return mark + cut(old.substring(skipped)) + " → " + mark + cut(now.substring(skipped));
    }

    static String cut(String text) {
        String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ");
        return line.length() <= MOST ? line : line.substring(0, MOST) + CUT;
    }
}
