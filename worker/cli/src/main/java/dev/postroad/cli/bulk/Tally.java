package dev.postroad.cli.bulk;

import java.util.Locale;

/**
 * How far a bulk is.
 *
 * @param answered how many were answered, those that were refused among them
 * @param failed how many could not be sent, or were not answered in time
 */
public record Tally(int found, int sent, int answered, int refused, int failed) {

    /** Whether every run has done what it was told to. */
    public boolean isFlawless() {
        return answered == found && refused == 0;
    }

    /** Whether every run is through with it, in one way or another. */
    public boolean isOver() {
        return over() == found;
    }

    /** How many are through with it, in one way or another. */
    int over() {
        return answered + failed;
    }

    double share() {
        return found == 0 ? 1 : (double) over() / found;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d found, %,d sent, %,d answered, %,d of them refused, %,d failed",
                found,
                sent,
                answered,
                refused,
                failed);
    }
}
