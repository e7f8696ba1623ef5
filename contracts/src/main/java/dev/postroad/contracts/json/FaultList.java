package dev.postroad.contracts.json;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Collects what is wrong with an input: keeps the first faults, {@value #MOST} of a message and
 * {@value #MOST_OF_DEFINITIONS} of definitions, and counts the others, so that what is said of an input is bounded however
 * much is wrong with it. Not thread-safe.
 */
public final class FaultList extends AbstractList<Fault> {
    /** The most faults of one input that are kept. */
    public static final int MOST = 20;

    /** The same of definitions, whose author corrects a whole file at once. */
    public static final int MOST_OF_DEFINITIONS = 100;

    private final int most;
    private final List<Fault> kept = new ArrayList<>(0);
    private int more;

    /** Empty, for the faults of a message. */
    public FaultList() {
        this(MOST);
    }

    private FaultList(int most) {
        this.most = most;
    }

    /** Empty, for the faults of definitions. */
    public static FaultList ofDefinitions() {
        return new FaultList(MOST_OF_DEFINITIONS);
    }

    /** Keeps a fault, or counts it. */
    @Override
    public boolean add(Fault fault) {
        if (kept.size() < most) {
            kept.add(fault);
        } else {
            more++;
        }
        return true;
    }

    /** Keeps faults, or counts them; of another such list, with those that it did not keep. */
    @Override
    public boolean addAll(Collection<? extends Fault> faults) {
        faults.forEach(this::add);
        more += faults instanceof FaultList list ? list.more : 0;
        return !faults.isEmpty();
    }

    /** Takes over what is wrong with a part of the input, each fault at its place behind that of the part. */
    public void addAll(FaultsException part, String place) {
        for (Fault fault : part.first()) {
            String between = place.isEmpty() || fault.place().isEmpty() ? "" : ".";
            add(new Fault(place + between + fault.place(), fault.problem(), fault.remedy()));
        }
        more += part.more();
    }

    /** How many were counted, and not kept. */
    public int more() {
        return more;
    }

    @Override
    public Fault get(int index) {
        return kept.get(index);
    }

    /** How many are kept. */
    @Override
    public int size() {
        return kept.size();
    }
}
