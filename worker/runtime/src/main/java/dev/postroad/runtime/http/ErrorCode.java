package dev.postroad.runtime.http;

/** What callers are told apart by, with the status of HTTP that goes with it. */
enum ErrorCode {
    BAD_REQUEST(400, "bad-request"),
    UNAUTHORIZED(401, "unauthorized"),
    FORBIDDEN(403, "forbidden"),
    NOT_FOUND(404, "not-found"),
    METHOD_NOT_ALLOWED(405, "method-not-allowed"),
    NOT_ACCEPTABLE(406, "not-acceptable"),
    UNREADABLE(409, "unreadable"),
    CONFLICT(409, "conflict"),
    PRUNED(410, "pruned"),
    TOO_LARGE(413, "too-large"),
    UNSUPPORTED_MEDIA_TYPE(415, "unsupported-media-type"),
    INTERNAL(500, "internal"),
    UNAVAILABLE(503, "unavailable");

    /** Of HTTP's own errors of a server, the one that is the caller's mistake. */
    private static final int HTTP_VERSION_NOT_SUPPORTED = 505;

    private final int status;
    private final String publicName;

    ErrorCode(int status, String publicName) {
        this.status = status;
        this.publicName = publicName;
    }

    int status() {
        return status;
    }

    String publicName() {
        return publicName;
    }

    /** What a server's own answer of that status comes nearest to. */
    static ErrorCode of(int status) {
        for (ErrorCode code : values()) {
            if (code.status == status) {
                return code;
            }
        }
        return status < 500 || status == HTTP_VERSION_NOT_SUPPORTED ? BAD_REQUEST : INTERNAL;
    }
}
