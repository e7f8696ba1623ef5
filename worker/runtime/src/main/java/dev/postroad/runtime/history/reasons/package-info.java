/** Why a run does not go on, and what helps. The id of a run comes in; reasons with their remedies go out. */
@NullMarked
package dev.postroad.runtime.history.reasons;

import org.jspecify.annotations.NullMarked;
