package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What becomes of a time that is due while the schedule's run before has not ended. */
public enum Overlap {
    /** It is left out. */
    SKIP,
    /** Its run begins when the one before has ended. */
    QUEUE,
    /** The run before is cancelled, and the new one begins when it has ended. */
    CANCEL_PREVIOUS,
    /** Both go on side by side. */
    ALLOW;

    /** All names, for people. */
    public static final String RULE =
            Arrays.stream(values()).map(Overlap::publicName).collect(Collectors.joining(", "));

    /** The name in definitions, such as {@code cancel-previous}. */
    public String publicName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The one of a name; empty where there is none. */
    public static Optional<Overlap> find(String publicName) {
        return Arrays.stream(values())
                .filter(overlap -> overlap.publicName().equals(publicName))
                .findFirst();
    }

    /** The one that a field names; null where it is absent, or wrong, which is noted. */
    public static @Nullable Overlap read(Fields fields, String field) {
        String name = fields.text(field);
        Overlap found = name == null ? null : find(name).orElse(null);
        if (name != null && found == null) {
            fields.fault(field, "is " + Fields.quoted(name), "use one of " + RULE);
        }
        return found;
    }
}
