/**
 * What is done to many runs at once. An order comes in, from HTTP or the command, and stands in Postgres with the runs that
 * it is for; control messages go out, at its pace, from whichever worker holds it. It knows nothing of how a run is stepped:
 * each run answers as it answers anybody.
 */
@NullMarked
package dev.postroad.runtime.bulk;

import org.jspecify.annotations.NullMarked;
