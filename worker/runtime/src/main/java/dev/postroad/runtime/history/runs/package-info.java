/** Runs among others: found, listed, counted, and grouped by how they failed. Filters come in; summaries and pages go out. */
@NullMarked
package dev.postroad.runtime.history.runs;

import org.jspecify.annotations.NullMarked;
