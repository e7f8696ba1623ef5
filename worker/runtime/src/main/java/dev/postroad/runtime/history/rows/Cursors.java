package dev.postroad.runtime.history.rows;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Places in a listing, for the URLs of strangers, who are not to read anything into them. */
public final class Cursors {
    private Cursors() {}

    /** A place as strangers see it. */
    public static String opaque(String plain) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The place that an opaque text stands for.
     *
     * @throws IllegalArgumentException where nothing here has made the text
     */
    public static String plain(String opaque) {
        try {
            return new String(Base64.getUrlDecoder().decode(opaque), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw noCursor();
        }
    }

    /** What is thrown at who hands in something else. */
    public static IllegalArgumentException noCursor() {
        return new IllegalArgumentException("the cursor is none that a page of this listing gave");
    }
}
