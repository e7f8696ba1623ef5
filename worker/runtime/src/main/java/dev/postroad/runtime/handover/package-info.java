/**
 * Hands calls that are under way over between workers: they end where they began, and are answered where their runs are.
 * Calls that were left come in on one side, and their answers go out on the other. Must not know why a shard moves.
 */
@NullMarked
package dev.postroad.runtime.handover;

import org.jspecify.annotations.NullMarked;
