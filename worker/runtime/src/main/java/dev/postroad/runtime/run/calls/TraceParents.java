package dev.postroad.runtime.run.calls;

import dev.postroad.runtime.journal.RunKey;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * Trace contexts for calls: the trigger's trace where it had one, and with it the trigger's word on whether the trace is
 * kept; else a trace that is derived from the run. Whoever takes a run over derives the same.
 */
final class TraceParents {
    private static final int VERSION_AND_TRACE = 35;
    private static final String SAMPLED = "01";

    private TraceParents() {}

    static String of(RunKey run, String task, int attempt) {
        String given = run.traceParent();
        return given != null && given.length() > VERSION_AND_TRACE
                ? given.substring(0, VERSION_AND_TRACE) + "-" + span(run, task, attempt)
                        + given.substring(given.lastIndexOf('-'))
                : "00-" + hex(run.number(), run.id()) + "-" + span(run, task, attempt) + "-" + SAMPLED;
    }

    private static String hex(long number, String id) {
        return HexFormat.of().toHexDigits(checksum(id) | 1L) + HexFormat.of().toHexDigits(number);
    }

    private static String span(RunKey run, String task, int attempt) {
        long span = checksum(run.id() + "/" + task) << 32 | checksum(task + "/" + attempt) | 1L;
        return HexFormat.of().toHexDigits(span);
    }

    private static long checksum(String text) {
        CRC32C checksum = new CRC32C();
        checksum.update(text.getBytes(StandardCharsets.UTF_8));
        return checksum.getValue();
    }
}
