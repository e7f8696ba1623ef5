/**
 * Throws random and mutated records and requests at a worker in a process of its own, and accounts for each of them. A
 * seed comes in; what was not accounted for goes out, with the numbers under which it can be thrown again. Must not
 * reach into the worker: it sees topics, tables and HTTP as any user may.
 */
@NullMarked
package dev.postroad.bench.fuzz;

import org.jspecify.annotations.NullMarked;
