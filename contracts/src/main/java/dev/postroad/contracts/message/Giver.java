package dev.postroad.contracts.message;

import dev.postroad.contracts.json.Fields;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who asks for something: 1 to 200 characters that are not all blank. */
public final class Giver {
    private static final Pattern NAME = Pattern.compile("(?=.*\\S).{1,200}", Pattern.DOTALL);
    private static final int MOST_BYTES = 800;

    private Giver() {}

    /** Whether a text can be a name. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** The name in the field {@code by}; null where it has none, or a fault. */
    static @Nullable String read(Fields fields) {
        return fields.text("by", NAME, "1 to 200 characters that are not all blank");
    }

    /** The name that a record's header {@link EventHeaders#BY} holds; null where it is none that can be kept. */
    public static @Nullable String ofHeader(byte @Nullable [] value) {
        if (value == null || value.length > MOST_BYTES) {
            return null;
        }
        String name = new String(value, StandardCharsets.UTF_8);
        boolean isStorable = name.indexOf('\u0000') < 0 && name.indexOf('\uFFFD') < 0;
        return isStorable && isName(name) ? name : null;
    }
}
