/**
 * What was used of limits that hold over all workers, and what is left of it. Uses and times come in; what may be used goes
 * out. Must not know what is limited.
 */
@NullMarked
package dev.postroad.runtime.limit;

import org.jspecify.annotations.NullMarked;
