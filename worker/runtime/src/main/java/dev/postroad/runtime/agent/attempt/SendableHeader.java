package dev.postroad.runtime.agent.attempt;

import java.net.http.HttpRequest;
import okhttp3.Headers;

/** Tells headers that can be sent from others. */
public final class SendableHeader {
    private SendableHeader() {}

    /** Whether both clients take a header: Java's refuses those that it sets itself, and OkHttp all but ASCII. */
    public static boolean canBeSent(String name, String value) {
        try {
            HttpRequest.newBuilder().header(name, value);
            var _ = Headers.of(name, value);
            return true;
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }
}
