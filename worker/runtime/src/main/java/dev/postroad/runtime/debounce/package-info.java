/**
 * Holds triggers of which the last of a key within a time is to run. Triggers come in; the one that is left goes back to the
 * topic of triggers when its time is over. Must not know how triggers are judged, nor runs.
 */
@NullMarked
package dev.postroad.runtime.debounce;

import org.jspecify.annotations.NullMarked;
