/**
 * Graphs that are known to be sound. Definitions come in; compiled graphs, or all their faults, go out.
 * Must not know runs.
 */
@NullMarked
package dev.postroad.engine.graph;

import org.jspecify.annotations.NullMarked;
