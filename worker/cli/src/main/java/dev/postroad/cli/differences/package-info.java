/**
 * Tells states apart. Two states of a run come in; lines go out that say what the one has and the other has not, channel by
 * channel. It knows nothing of where they were stored.
 */
@NullMarked
package dev.postroad.cli.differences;

import org.jspecify.annotations.NullMarked;
