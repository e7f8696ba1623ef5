/**
 * Makes the calls of agents that runs ask for, and brings their answers. Must not know lanes, nor what a run is made of.
 */
@NullMarked
package dev.postroad.runtime.run.calls;

import org.jspecify.annotations.NullMarked;
