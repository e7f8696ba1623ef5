package dev.postroad.bench.fuzz;

/** The records that are to be answered, and those that are; either may be known first. Thread-safe. */
final class Owed {
    private final Spots owed = new Spots();
    private final Spots paid = new Spots();
    private long open;

    synchronized void owe(Spot spot) {
        if (owed.add(spot) && !paid.contains(spot)) {
            open++;
        }
    }

    synchronized void pay(Spot spot) {
        if (paid.add(spot) && owed.contains(spot)) {
            open--;
        }
    }

    /** How many are to be answered and are not. */
    synchronized long open() {
        return open;
    }

    Spots owed() {
        return owed;
    }

    Spots paid() {
        return paid;
    }

    /** Those that are to be answered and are not. */
    Spots unpaid() {
        return owed.minus(paid);
    }
}
