package dev.postroad.runtime.agent.llm;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Remembers the end of what was read, for the one who has to say what came before it broke off: servers that fail often
 * write why, and not as an event. Confined to one thread.
 */
final class LastWords extends FilterInputStream {
    /** More than is shown, so that a secret does not begin before it and so escape. */
    private static final int KEPT = 8 << 10;

    private static final int SHOWN = 300;

    private final byte[] kept = new byte[KEPT];
    private long count;

    LastWords(InputStream source) {
        super(source);
    }

    @Override
    public int read() throws IOException {
        int next = super.read();
        if (next >= 0) {
            keep((byte) next);
        }
        return next;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int read = super.read(target, offset, length);
        for (int i = Math.max(offset, offset + read - KEPT); i < offset + read; i++) {
            keep(target[i]);
        }
        return read;
    }

    private void keep(byte next) {
        kept[(int) (count++ % KEPT)] = next;
    }

    /** The end of it, with the secrets taken out; empty where nothing came. */
    String shown(java.util.function.UnaryOperator<String> hiding) {
        int length = (int) Math.min(count, KEPT);
        byte[] ordered = new byte[length];
        for (int i = 0; i < length; i++) {
            ordered[i] = kept[(int) ((count - length + i) % KEPT)];
        }
        String text = hiding.apply(new String(ordered, StandardCharsets.UTF_8)).strip();
        return text.length() <= SHOWN ? text : "…" + text.substring(text.length() - SHOWN);
    }
}
