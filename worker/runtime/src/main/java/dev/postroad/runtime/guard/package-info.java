/**
 * What stands around each call of an agent: whether it may be called at all, bulkhead, rate limit, circuit breaker.
 * Settings and answers come in; passes go out. Must not know runs.
 */
@NullMarked
package dev.postroad.runtime.guard;

import org.jspecify.annotations.NullMarked;
