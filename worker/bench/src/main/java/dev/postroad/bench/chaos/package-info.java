/**
 * Does to workers and servers what happens to them, and checks what is left. A seed comes in; one line of JSON goes out.
 * Must not know how workers are made.
 */
@NullMarked
package dev.postroad.bench.chaos;

import org.jspecify.annotations.NullMarked;
