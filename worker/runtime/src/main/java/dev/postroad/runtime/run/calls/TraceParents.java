package dev.postroad.runtime.run.calls;

import dev.postroad.engine.run.Effect;
import dev.postroad.runtime.journal.RunKey;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** Trace contexts for calls: the trigger's trace where it had one, else one that is derived from the run. */
final class TraceParents {
    private static final int VERSION_AND_TRACE = 35;

    private TraceParents() {}

    static String of(RunKey run, Effect.CallAgent call) {
        String trace = run.traceParent() != null && run.traceParent().length() > VERSION_AND_TRACE
                ? run.traceParent().substring(0, VERSION_AND_TRACE)
                : "00-" + hex(run.number(), run.id());
        return trace + "-" + span(run, call) + "-01";
    }

    private static String hex(long number, String id) {
        return HexFormat.of().toHexDigits(checksum(id) | 1L) + HexFormat.of().toHexDigits(number);
    }

    private static String span(RunKey run, Effect.CallAgent call) {
        long span = checksum(run.id() + "/" + call.task()) << 32 | checksum(call.task() + "/" + call.attempt()) | 1L;
        return HexFormat.of().toHexDigits(span);
    }

    private static long checksum(String text) {
        CRC32C checksum = new CRC32C();
        checksum.update(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return checksum.getValue();
    }
}
