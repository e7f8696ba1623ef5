/**
 * Tells runs what to do: one of them, or all that a filter finds, by {@code bulk}. Arguments come in; control messages
 * and what workers answered go out.
 */
@NullMarked
package dev.postroad.cli.steering;

import org.jspecify.annotations.NullMarked;
