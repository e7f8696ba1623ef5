/**
 * Expressions of graphs, in CEL. Texts come in once; JSON goes in and comes out at each evaluation, under a cost limit.
 * Must not know graphs or runs.
 */
@NullMarked
package dev.postroad.engine.expression;

import org.jspecify.annotations.NullMarked;
