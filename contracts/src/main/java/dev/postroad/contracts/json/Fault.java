package dev.postroad.contracts.json;

/**
 * One thing that is wrong with what a user wrote. Each text is cut to some hundred characters, as it may quote the user's.
 *
 * @param place where, as a path such as {@code nodes.draft.retry.maxAttempts}; empty for the whole
 * @param problem what is wrong
 * @param remedy what to do about it
 */
public record Fault(String place, String problem, String remedy) {
    private static final int LONGEST_PLACE = 300;
    private static final int LONGEST_TEXT = 1_000;

    public Fault {
        place = Shown.cut(place, LONGEST_PLACE);
        problem = Shown.cut(problem, LONGEST_TEXT);
        remedy = Shown.cut(remedy, LONGEST_TEXT);
    }

    @Override
    public String toString() {
        String where = place.isEmpty() ? "" : place + ": ";
        return where + problem + "; " + remedy;
    }
}
