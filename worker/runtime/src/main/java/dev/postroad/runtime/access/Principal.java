package dev.postroad.runtime.access;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, and what that one may do. Immutable.
 *
 * @param name what people know the caller by
 * @param kind how the caller is known
 * @param tags what a run must carry to be seen or touched; empty for all runs
 */
public record Principal(String name, Kind kind, Role role, Map<String, String> tags) {
    /** Anybody on this machine, where no token is asked for. */
    public static final Principal MACHINE = new Principal("this machine", Kind.MACHINE, Role.ADMIN, Map.of());

    /** Whoever knows the one token that has no name. */
    static final Principal SHARED = new Principal("admin", Kind.SHARED, Role.ADMIN, Map.of());

    /** How well a caller is known. */
    public enum Kind {
        /** By nothing but the machine. */
        MACHINE,
        /** By a token that may be many people's. */
        SHARED,
        /** By a token with a name. */
        NAMED
    }

    public Principal {
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }

    /** Whether not all runs may be seen. */
    public boolean isBounded() {
        return !tags.isEmpty();
    }

    /** Whether a run that carries such tags may be seen and touched. */
    public boolean sees(Map<String, String> tagsOfRun) {
        return tagsOfRun.entrySet().containsAll(tags.entrySet());
    }

    /**
     * In whose name something is changed: that of the token, whatever is said; where the token tells nobody apart, who it
     * is said to be.
     *
     * @param said who asks, by what the caller says; null where nothing is said
     * @return null where nobody knows
     */
    public @Nullable String by(@Nullable String said) {
        return switch (kind) {
            case NAMED -> name;
            case SHARED -> said == null ? name : said;
            case MACHINE -> said;
        };
    }
}
