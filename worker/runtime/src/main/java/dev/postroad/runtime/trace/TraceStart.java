package dev.postroad.runtime.trace;

import java.time.InstantSource;
import java.util.Map;
import javax.sql.DataSource;

/** Where traces begin, if there is anybody to send them to. */
public final class TraceStart {
    private TraceStart() {}

    /**
     * Opens what makes spans.
     *
     * @param settings OpenTelemetry's own, by their names in the environment; empty where nothing is to be traced
     * @param content whether spans show what is handed to agents, and what they answer
     * @param worker what this process is called
     * @param database where journals are
     * @throws IllegalArgumentException where a setting is not as OpenTelemetry wants it; the message says which
     */
    public static Traces open(
            Map<String, String> settings, boolean content, String worker, DataSource database, InstantSource clock) {
        if (settings.isEmpty()) {
            return Traces.OFF;
        }
        LiveTraces traces =
                new LiveTraces(OtlpSpans.open(settings, content, worker), new JournalPast(database), content, clock);
        traces.start();
        return traces;
    }
}
