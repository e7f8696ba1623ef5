/** Runs the recorded cases of LangGraph. */
@NullMarked
package dev.postroad.engine.conformance;

import org.jspecify.annotations.NullMarked;
