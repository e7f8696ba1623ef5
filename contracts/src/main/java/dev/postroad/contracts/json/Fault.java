package dev.postroad.contracts.json;

/**
 * One thing that is wrong with what a user wrote.
 *
 * @param place where, as a path such as {@code nodes.draft.retry.maxAttempts}; empty for the whole
 * @param problem what is wrong
 * @param remedy what to do about it
 */
public record Fault(String place, String problem, String remedy) {

    @Override
    public String toString() {
        String where = place.isEmpty() ? "" : place + ": ";
        return where + problem + "; " + remedy;
    }
}
