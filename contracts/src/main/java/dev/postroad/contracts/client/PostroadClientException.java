package dev.postroad.contracts.client;

/** Kafka could not be reached, or refused what it was asked; the message names its servers. */
public final class PostroadClientException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PostroadClientException(String message) {
        super(message);
    }

    public PostroadClientException(String message, Throwable cause) {
        super(message, cause);
    }
}
