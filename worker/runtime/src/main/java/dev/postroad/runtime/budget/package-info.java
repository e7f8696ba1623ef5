/**
 * What runs of a graph spend from a budget that they share, and whether there is more. Claims of calls come in; whether they
 * are beyond the budget goes out, and runs that paused for it go on. Must not know how calls are made.
 */
@NullMarked
package dev.postroad.runtime.budget;

import org.jspecify.annotations.NullMarked;
