/**
 * Measures a worker on the embedded servers. Options come in; figures as JSON go out, each with what it is compared to.
 * Must not reach into the worker: it triggers, waits and reads tables as any user may.
 */
@NullMarked
package dev.postroad.bench;

import org.jspecify.annotations.NullMarked;
