package dev.postroad.cli.screen;

/** How much of something is done. */
public final class Bar {
    private static final int COLUMNS = 40;

    private Bar() {}

    /** The bar of a share from 0 to 1. */
    public static String of(double share) {
        int full = (int) Math.floor(share * COLUMNS);
        return "█".repeat(full) + "░".repeat(COLUMNS - full);
    }
}
