package dev.postroad.cli.arguments;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** When something was that is wanted. */
public final class TimeOptions {
    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only what was then or later: a time such as 2026-11-01T00:00:00Z, or how long ago, such as"
                    + " PT1H.")
    private @Nullable PointInTime since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only what was before; as --since.")
    private @Nullable PointInTime until;

    /** Null for no limit. */
    @Nullable
    public Instant since(Instant now) {
        return since == null ? null : since.at(now);
    }

    /** Null for no limit. */
    @Nullable
    public Instant until(Instant now) {
        return until == null ? null : until.at(now);
    }
}
