package dev.postroad.runtime.debounce;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;

/**
 * The triggers in Postgres of which the last of a key within a time is to run. Those of one key may be read by many workers;
 * a lock of the key's own has them come one after the other. Thread-safe.
 */
public final class DebouncedTriggers {
    private final Jdbi jdbi;
    private final InstantSource clock;

    public DebouncedTriggers(Jdbi jdbi, InstantSource clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /**
     * What does not run of what came.
     *
     * @param superseded because of a later trigger
     * @param repeats because their run has another trigger
     */
    public record Taken(List<HeldTrigger> superseded, List<HeldTrigger> repeats) {
        public Taken {
            superseded = List.copyOf(superseded);
            repeats = List.copyOf(repeats);
        }

        /** How many there are. */
        public int size() {
            return superseded.size() + repeats.size();
        }

        /** Both together. */
        public Stream<HeldTrigger> all() {
            return Stream.concat(superseded.stream(), repeats.stream());
        }
    }

    /**
     * Takes in triggers, one after the other and all in one transaction: each that has no later one there already, and whose
     * run has not begun. Read again, they change nothing.
     *
     * @return for each, in their order, those that do not run because of it, and itself where it does not, as long as that is
     *     not {@link #told}
     */
    public List<Taken> take(List<Arrival> arrivals) {
        List<HeldTrigger> come = arrivals.stream().map(Arrival::trigger).toList();
        return jdbi.inTransaction(handle -> {
            KeyTable table = KeyTable.lock(handle, come);
            Map<KeyTable.Key, KeyRows> known = table.read(come);
            List<Taken> taken = new ArrayList<>();
            for (Arrival arrival : arrivals) {
                KeyRows ofKey = Objects.requireNonNull(known.get(KeyTable.Key.of(arrival.trigger())));
                taken.add(ofKey.take(arrival));
            }
            table.write(known.values(), clock.instant());
            return taken;
        });
    }

    /** Forgets those of which it was told that they do not run. */
    public void told(List<Taken> told) {
        jdbi.useHandle(handle -> HeldRows.bind(
                        handle.createUpdate("DELETE FROM postroad.debounced_triggers d USING " + HeldRows.MANY
                                + " AND d.superseded"),
                        told.stream().flatMap(Taken::all).toList())
                .execute());
    }
}
