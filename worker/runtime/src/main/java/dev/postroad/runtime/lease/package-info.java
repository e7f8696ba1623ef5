/**
 * Which workers live. Renewed rows and session locks in Postgres come in; deaths, and until when this worker may begin
 * calls, go out. Must not know what a shard or a run is.
 */
@NullMarked
package dev.postroad.runtime.lease;

import org.jspecify.annotations.NullMarked;
