/**
 * Steps runs: each lane owns the runs of its shards, on a thread of its own. Triggers, commands and answers come in; committed
 * events go out, and calls of agents. The hot path; everybody else tells {@code Lanes}.
 */
@NullMarked
package dev.postroad.runtime.run.lane;

import org.jspecify.annotations.NullMarked;
