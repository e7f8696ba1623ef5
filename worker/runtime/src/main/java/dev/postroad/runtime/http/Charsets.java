package dev.postroad.runtime.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The charset that a Content-Type names. Whoever reads a query asks for it, whether there is a body or not: it breaks
 * where there is none by that name, and takes the query for what it is not where there is another than UTF-8.
 */
final class Charsets {
    private static final String CHARSET = "charset";

    private Charsets() {}

    /** @throws Refusal where a charset is named that is not UTF-8 */
    static void check(@Nullable String contentType) {
        if (contentType == null || !contentType.toLowerCase(Locale.ROOT).contains(CHARSET)) {
            return;
        }
        for (String parameter : contentType.split(";", -1)) {
            String[] parts = parameter.split("=", 2);
            if (parts[0].toLowerCase(Locale.ROOT).contains(CHARSET)
                    && !(parts[0].strip().equalsIgnoreCase(CHARSET) && parts.length == 2 && isUtf8(parts[1]))) {
                throw Refusal.of(
                        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                        "the Content-Type names a charset that is not UTF-8; JSON is, so leave charset out");
            }
        }
    }

    private static boolean isUtf8(String name) {
        return name.strip().replaceAll("^\"|\"$", "").equalsIgnoreCase("UTF-8");
    }
}
