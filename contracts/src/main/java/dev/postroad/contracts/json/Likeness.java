package dev.postroad.contracts.json;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** How far two names are apart, so that whoever slipped is told what was probably meant. */
public final class Likeness {
    private static final int LONGEST = 100;

    private Likeness() {}

    private record Near(String name, int edits) {}

    /**
     * The one of some names that is nearest to what was given, the first by its letters of several; empty where none is near.
     *
     * @param mostEdits so far apart they are at most; never so far that no letter of what was given is left
     */
    public static Optional<String> nearest(String given, Collection<String> names, int mostEdits) {
        // What is longer is none of them, and is not compared for minutes.
        String cut = given.length() > LONGEST ? given.substring(0, LONGEST) : given;
        int most = Math.min(mostEdits, cut.length() - 1);
        return names.stream()
                .map(name -> new Near(name, edits(cut, name)))
                .filter(near -> near.edits() <= most)
                .min(Comparator.comparingInt(Near::edits).thenComparing(Near::name))
                .map(Near::name);
    }

    /** How many letters to insert, remove or replace. */
    public static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
