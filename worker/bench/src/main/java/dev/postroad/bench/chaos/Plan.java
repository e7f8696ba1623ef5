package dev.postroad.bench.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Which fault comes when. It follows from the seed and the names of the faults alone: all come once before one comes again,
 * and each step has a seed of its own, so that what one step draws changes nothing of the next.
 */
record Plan(List<Step> steps) {
    Plan {
        steps = List.copyOf(steps);
    }

    /**
     * One fault.
     *
     * @param seed decides whom it strikes, and for how long
     */
    record Step(int number, Fault fault, long seed) {}

    static Plan of(List<Fault> faults, int count, long seed) {
        Random random = new Random(seed);
        List<Step> steps = new ArrayList<>();
        List<Fault> deck = new ArrayList<>();
        while (steps.size() < count) {
            if (deck.isEmpty()) {
                deck.addAll(faults);
                Collections.shuffle(deck, random);
            }
            steps.add(new Step(steps.size(), deck.removeLast(), random.nextLong()));
        }
        return new Plan(steps);
    }

    /** The part of so many things that is under way by the time of a step: up to this number, from that of the step before. */
    int share(int things, int step) {
        return (int) ((long) things * step / steps.size());
    }
}
