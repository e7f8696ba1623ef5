package dev.postroad.runtime.lease;

import java.time.Duration;

/**
 * What a worker says of itself to the others.
 *
 * @param id of this process; no other has it
 * @param name what people call it; another process may have had it before
 * @param lease after how long without a sign others take its shards
 */
public record Self(long id, String name, String host, String version, Duration lease) {}
