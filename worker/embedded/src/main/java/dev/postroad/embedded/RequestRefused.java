package dev.postroad.embedded;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A request that the simulated model cannot answer, with the reply that OpenAI would give. */
final class RequestRefused extends RuntimeException {
    private final int status;
    private final String code;

    private RequestRefused(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    static RequestRefused invalid(String message) {
        return new RequestRefused(400, "invalid_request", message);
    }

    static RequestRefused unknownPath(String path) {
        return new RequestRefused(404, "unknown_url", "Unknown request URL: " + path);
    }

    static RequestRefused wrongMethod(String actual, String allowed) {
        return new RequestRefused(405, "method_not_allowed", "Not allowed: " + actual + ", only " + allowed);
    }

    static RequestRefused tooLarge(int limitBytes) {
        return new RequestRefused(413, "request_too_large", "The request is larger than " + limitBytes + " bytes");
    }

    int status() {
        return status;
    }

    ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("error")
                .put("message", getMessage())
                .put("type", "invalid_request_error")
                .putNull("param")
                .put("code", code);
        return body;
    }
}
