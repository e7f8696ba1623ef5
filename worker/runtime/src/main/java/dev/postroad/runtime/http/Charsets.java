package dev.postroad.runtime.http;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The charset that a Content-Type names. Whoever reads a query asks for it, whether there is a body or not, and breaks
 * where there is none by that name.
 */
final class Charsets {
    private static final String CHARSET = "charset";

    private Charsets() {}

    /** @throws Refusal where a charset is named that is not known */
    static void check(@Nullable String contentType) {
        if (contentType == null || !contentType.toLowerCase(Locale.ROOT).contains(CHARSET)) {
            return;
        }
        for (String parameter : contentType.split(";", -1)) {
            String[] parts = parameter.split("=", 2);
            if (parts[0].toLowerCase(Locale.ROOT).contains(CHARSET)
                    && !(parts[0].strip().equalsIgnoreCase(CHARSET) && parts.length == 2 && isKnown(parts[1]))) {
                throw Refusal.of(
                        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                        "the Content-Type names a charset that is not known; JSON is UTF-8, so leave charset out");
            }
        }
    }

    private static boolean isKnown(String name) {
        try {
            return Charset.isSupported(name.strip().replaceAll("^\"|\"$", ""));
        } catch (IllegalCharsetNameException none) {
            return false;
        }
    }
}
