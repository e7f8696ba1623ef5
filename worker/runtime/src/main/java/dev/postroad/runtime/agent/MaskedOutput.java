package dev.postroad.runtime.agent;

import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.runtime.agent.attempt.Excerpt;

/** Hides secrets in chunks of output, also where one ends within a secret and the next one goes on with it. Thread-safe. */
final class MaskedOutput implements OutputSink {
    private final OutputSink output;
    private final Excerpt secrets;
    private String kept = "";

    MaskedOutput(OutputSink output, Excerpt secrets) {
        this.output = output;
        this.secrets = secrets;
    }

    @Override
    public synchronized void emit(String chunk) {
        String text = secrets.hidden(kept + chunk);
        int open = secrets.open(text);
        kept = text.substring(text.length() - open);
        if (open < text.length()) {
            output.emit(text.substring(0, text.length() - open));
        }
    }

    /** No chunk follows, so that what was kept begins no secret. */
    synchronized void end() {
        if (!kept.isEmpty()) {
            output.emit(kept);
            kept = "";
        }
    }
}
