package dev.postroad.runtime.lease;

import java.time.Duration;
import java.time.OffsetDateTime;

/**
 * Another worker's row, as one look found it.
 *
 * @param unlocked whether it had locked a session of its own, and nobody holds that lock
 */
record Neighbour(long id, String name, String host, OffsetDateTime renewedAt, Duration lease, boolean unlocked) {}
