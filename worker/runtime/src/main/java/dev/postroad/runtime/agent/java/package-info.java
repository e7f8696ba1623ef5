/**
 * Calls agents that are Java classes in this process, each of which may come and go. Must not know where their code is from.
 */
@NullMarked
package dev.postroad.runtime.agent.java;

import org.jspecify.annotations.NullMarked;
