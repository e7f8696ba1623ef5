package dev.postroad.bench.fuzz;

/**
 * Every committed record of the trigger topic becomes exactly one of: a run whose {@code run.queued} names it, a {@code
 * trigger.duplicate}, or a dead letter, which a {@code trigger.rejected} goes with where it could be understood; where it
 * says {@code debounce}, a {@code trigger.superseded}, or a row that is held and sent anew, as a record for itself. What
 * is not committed becomes nothing. Thread-safe.
 */
final class TriggerAccounts {
    private final Owed answers = new Owed();
    private final Spots queued = new Spots();
    private final Spots duplicate = new Spots();
    private final Spots rejected = new Spots();
    private final Spots letters = new Spots();
    private final Spots superseded = new Spots();

    void expect(Spot spot) {
        answers.owe(spot);
    }

    void queued(Spot spot) {
        queued.add(spot);
        answers.pay(spot);
    }

    void duplicate(Spot spot) {
        duplicate.add(spot);
        answers.pay(spot);
    }

    void superseded(Spot spot) {
        superseded.add(spot);
        answers.pay(spot);
    }

    /** It is kept until its time is over. */
    void held(Spot spot) {
        answers.pay(spot);
    }

    /** The dead letter is the answer. */
    void rejected(Spot spot) {
        rejected.add(spot);
    }

    void letter(Spot spot) {
        letters.add(spot);
        answers.pay(spot);
    }

    Spots expected() {
        return answers.owed();
    }

    long open() {
        return answers.open();
    }

    void judge(Verdict verdict) {
        verdict.unaccounted(Door.TRIGGERS, "nothing became of a trigger", answers.unpaid());
        verdict.unaccounted(
                Door.TRIGGERS,
                "a trigger that is not committed had an effect",
                answers.paid().minus(answers.owed()));
        verdict.unaccounted(Door.TRIGGERS, "a trigger became a run and a dead letter", queued.and(letters));
        verdict.unaccounted(Door.TRIGGERS, "a trigger became a run and a duplicate", queued.and(duplicate));
        verdict.unaccounted(Door.TRIGGERS, "a trigger became a run and superseded", queued.and(superseded));
        verdict.unaccounted(Door.TRIGGERS, "a trigger became a duplicate and a dead letter", duplicate.and(letters));
        verdict.unaccounted(Door.TRIGGERS, "a rejected trigger is not kept", rejected.minus(letters));
    }
}
