/** Tests of how agents are reached, against real servers on this machine. */
@NullMarked
package dev.postroad.runtime.agent;

import org.jspecify.annotations.NullMarked;
