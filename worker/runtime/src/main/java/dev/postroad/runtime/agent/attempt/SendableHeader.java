package dev.postroad.runtime.agent.attempt;

import java.net.http.HttpRequest;

/** Tells headers that can be sent from others. */
public final class SendableHeader {
    private SendableHeader() {}

    /** Whether Java's HTTP client takes a header; it refuses those that it sets itself. */
    public static boolean canBeSent(String name, String value) {
        try {
            HttpRequest.newBuilder().header(name, value);
            return true;
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }
}
