/** Tests of how agents are reached, against real servers and jars on this machine. */
@NullMarked
package dev.postroad.runtime.agent.mcp;

import org.jspecify.annotations.NullMarked;
