/** One run's past: its events, the states that it had, how they differ, when its attempts were under way, what was logged. */
@NullMarked
package dev.postroad.runtime.history.past;

import org.jspecify.annotations.NullMarked;
