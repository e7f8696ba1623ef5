/** Tests of how agents are reached, against real servers and jars on this machine. */
@NullMarked
package dev.postroad.runtime.agent.http;

import org.jspecify.annotations.NullMarked;
