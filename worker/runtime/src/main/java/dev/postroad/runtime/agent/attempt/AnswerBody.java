package dev.postroad.runtime.agent.attempt;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import okhttp3.Response;

/**
 * The body of an answer. What is left of it when it is closed is read on for a moment, so that its connection is kept.
 * Confined to one thread.
 */
final class AnswerBody extends FilterInputStream {
    private final Response response;

    AnswerBody(Response response) {
        super(response.body().byteStream());
        this.response = response;
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (InterruptedIOException late) {
            throw Web.late(late);
        }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            return super.read(target, offset, length);
        } catch (InterruptedIOException late) {
            throw Web.late(late);
        }
    }

    @Override
    public void close() {
        response.close();
    }
}
