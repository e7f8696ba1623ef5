/**
 * Steps runs: each lane owns the runs of its shards. Commands come in; committed events and calls of agents go out.
 * Must not know Kafka's consumers or HTTP.
 */
@NullMarked
package dev.postroad.runtime.run;

import org.jspecify.annotations.NullMarked;
