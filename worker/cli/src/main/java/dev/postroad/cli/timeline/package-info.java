/**
 * Draws when what was done in a run. A timeline comes in; lines go out, with the bars of each node below an axis of time.
 * It knows nothing of journals, and takes the time that it is given.
 */
@NullMarked
package dev.postroad.cli.timeline;

import org.jspecify.annotations.NullMarked;
