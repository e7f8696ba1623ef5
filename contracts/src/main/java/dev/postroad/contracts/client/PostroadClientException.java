package dev.postroad.contracts.client;

import org.apache.kafka.common.KafkaException;

/** Kafka could not be reached, or refused what it was asked; the message names its servers. */
public final class PostroadClientException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PostroadClientException(String message) {
        super(message);
    }

    public PostroadClientException(String message, Throwable cause) {
        super(message, cause);
    }

    static PostroadClientException noTopic(ClientSettings settings, String topic, Throwable cause) {
        return new PostroadClientException(
                "Kafka at " + settings.servers() + " has no topic " + topic
                        + "; create it with `postroad migrate`, or correct the prefix of the topics",
                cause);
    }

    static PostroadClientException unfit(ClientSettings settings, KafkaException unfit) {
        Throwable reason = unfit.getCause() == null ? unfit : unfit.getCause();
        return new PostroadClientException(
                "no client for Kafka at " + settings.servers() + " can be made: " + reason.getMessage(), unfit);
    }
}
