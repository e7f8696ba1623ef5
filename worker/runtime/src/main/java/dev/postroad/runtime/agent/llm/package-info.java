/**
 * Calls models through servers that speak the protocol of OpenAI. Settings and calls come in; replies and output go out.
 */
@NullMarked
package dev.postroad.runtime.agent.llm;

import org.jspecify.annotations.NullMarked;
