package dev.postroad.contracts.json;

import java.util.List;
import java.util.stream.Collectors;

/** Everything that is wrong with an input, reported at once. */
public final class FaultsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Fault> faults;

    /** @param faults at least one */
    public FaultsException(List<Fault> faults) {
        super(faults.stream().map(Fault::toString).collect(Collectors.joining("\n")));
        this.faults = List.copyOf(faults);
    }

    /** The faults, in the order in which they were found; never empty. */
    public List<Fault> faults() {
        return faults;
    }
}
