package dev.postroad.runtime.agent.attempt;

import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request that OkHttp does not send again by itself, as it would where a server answers 503 with
 * {@code Retry-After: 0}, whatever it is told of retries.
 */
final class SentOnce extends RequestBody {
    private final byte[] bytes;

    /** @param bytes are not copied, and not to be changed */
    SentOnce(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public boolean isOneShot() {
        return true;
    }

    /** Its header is among the others. */
    @Override
    public @Nullable MediaType contentType() {
        return null;
    }

    @Override
    public long contentLength() {
        return bytes.length;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        sink.write(bytes);
    }
}
