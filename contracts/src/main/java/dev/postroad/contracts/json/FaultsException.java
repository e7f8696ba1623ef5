package dev.postroad.contracts.json;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What is wrong with an input, reported at once: the first faults, as many as {@link FaultList} keeps, and how many more. */
public final class FaultsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Fault> first;
    private final int more;

    /** @param faults at least one; a {@link FaultList} counts with those that it did not keep */
    public FaultsException(List<Fault> faults) {
        this(faults instanceof FaultList list ? list : bounded(faults));
    }

    private FaultsException(FaultList faults) {
        this(List.copyOf(faults), faults.more());
    }

    private static FaultList bounded(List<Fault> faults) {
        FaultList bounded = new FaultList();
        bounded.addAll(faults);
        return bounded;
    }

    private FaultsException(List<Fault> first, int more) {
        super(withRest(first, more).stream().map(Fault::toString).collect(Collectors.joining("\n")));
        this.first = first;
        this.more = more;
    }

    /**
     * The faults, in the order in which they were found; never empty. Where there are more than are kept, the last of
     * these says how many.
     */
    public List<Fault> faults() {
        return withRest(first, more);
    }

    /** Those that were kept. */
    List<Fault> first() {
        return first;
    }

    /** How many were not. */
    int more() {
        return more;
    }

    private static List<Fault> withRest(List<Fault> first, int more) {
        if (more == 0) {
            return first;
        }
        List<Fault> all = new ArrayList<>(first);
        all.add(new Fault("", more + " more things are wrong", "correct these first"));
        return List.copyOf(all);
    }
}
