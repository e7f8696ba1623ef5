package dev.postroad.runtime.retention;

import org.jspecify.annotations.Nullable;

/**
 * An ended run that may be deleted now.
 *
 * @param lastSeq the last event that is in the archive; null where it need not be in one
 */
record ArchivedRun(EndedRun run, @Nullable Integer lastSeq) {}
