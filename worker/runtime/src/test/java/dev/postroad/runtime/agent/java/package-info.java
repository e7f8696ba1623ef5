/** Tests of how agents are reached, against real servers and jars on this machine. */
@NullMarked
package dev.postroad.runtime.agent.java;

import org.jspecify.annotations.NullMarked;
