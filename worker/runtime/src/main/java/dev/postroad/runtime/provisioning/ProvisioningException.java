package dev.postroad.runtime.provisioning;

import org.jspecify.annotations.Nullable;

/** Postgres or Kafka is not fit for use; the message names its address and says what to do. */
public final class ProvisioningException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message for operators; says what to do */
    public ProvisioningException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
