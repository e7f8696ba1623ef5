package dev.postroad.contracts.json;

import java.util.Collection;
import java.util.Iterator;

/** Cuts texts and lists of outsiders to what a message can show. Thread-safe. */
public final class Shown {
    private static final int MOST_NAMES = 20;
    private static final int LONGEST_NAME = 100;

    private Shown() {}

    /** The text, cut to so many characters, with a sign that it was. */
    public static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        // Half of a surrogate pair could not be written as JSON.
        boolean splitsPair = Character.isHighSurrogate(text.charAt(most - 1));
        return text.substring(0, splitsPair ? most - 1 : most) + "…";
    }

    /** A name, cut to 100 characters. */
    public static String name(String name) {
        return cut(name, LONGEST_NAME);
    }

    /** The first 20 names, and how many more there are: {@code a, b, c and 97 more}. Takes no longer for many. */
    public static String names(Collection<String> names) {
        StringBuilder shown = new StringBuilder();
        Iterator<String> next = names.iterator();
        for (int i = 0; i < MOST_NAMES && next.hasNext(); i++) {
            shown.append(i == 0 ? "" : ", ").append(name(next.next()));
        }
        int more = names.size() - MOST_NAMES;
        return more > 0 ? shown.append(" and ").append(more).append(" more").toString() : shown.toString();
    }
}
