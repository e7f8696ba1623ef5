/**
 * Limits that hold over all workers: what was used of them, and what is left. Uses and times come in, and calls of agents
 * that are limited so; what may be used, and which calls may begin, goes out. Must not know how calls are made.
 */
@NullMarked
package dev.postroad.runtime.limit;

import org.jspecify.annotations.NullMarked;
