package dev.postroad.cli.bulk;

import java.time.Instant;

/** Shows how far a bulk is. Confined to one thread. */
public interface BulkDisplay {
    void show(Tally tally, Instant now);

    /** Shows how it ended. */
    void end(Tally tally, Instant now);
}
