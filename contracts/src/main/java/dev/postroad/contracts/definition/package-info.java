/**
 * Graphs and agents as their authors wrote them. YAML or JSON comes in; definitions and structural faults go out.
 * Must not know how a graph is stepped or how an agent is called.
 */
@NullMarked
package dev.postroad.contracts.definition;

import org.jspecify.annotations.NullMarked;
