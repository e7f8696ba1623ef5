package dev.postroad.runtime.agent.attempt;

import java.io.InputStream;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a server answers, once its head has come. Confined to the thread of the call.
 *
 * @param headers the first value of a name, whatever its case; null for none
 * @param body comes as it is read; must be closed
 */
public record ServerAnswer(int status, Function<String, @Nullable String> headers, InputStream body) {
    /** The first value of a header; null where there is none. */
    public @Nullable String header(String name) {
        return headers.apply(name);
    }

    /** The same, empty where there is none. */
    public String headerOrEmpty(String name) {
        String value = headers.apply(name);
        return value == null ? "" : value;
    }

    /** Whether the status says that all went well. */
    public boolean isFine() {
        return status / 100 == 2;
    }
}
