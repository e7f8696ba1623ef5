package dev.postroad.contracts.schedule;

import dev.postroad.contracts.json.Likeness;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;

/** The time zones that schedules may name: those of the IANA database. Thread-safe. */
public final class ZoneNames {
    private static final Set<String> NAMES = ZoneId.getAvailableZoneIds();

    private ZoneNames() {}

    /** The zone of a name; empty where there is none. */
    public static Optional<ZoneId> find(String name) {
        return NAMES.contains(name) ? Optional.of(ZoneId.of(name)) : Optional.empty();
    }

    /** The name that comes nearest to one that is none: the last part of a name alone, such as a city, may be meant. */
    public static String nearest(String name) {
        String wanted = likened(name);
        return NAMES.stream()
                .sorted()
                .min(java.util.Comparator.comparingInt(
                        known -> Math.min(Likeness.edits(wanted, likened(known)), 1 + ofCity(wanted, known))))
                .orElse("UTC");
    }

    private static int ofCity(String wanted, String known) {
        return Likeness.edits(city(wanted), city(likened(known)));
    }

    private static String city(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static String likened(String name) {
        String start = name.substring(0, Math.min(name.length(), 64));
        return start.toLowerCase(java.util.Locale.ROOT).replace(' ', '_');
    }
}
