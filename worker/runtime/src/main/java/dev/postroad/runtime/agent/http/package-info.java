/**
 * Calls agents that are HTTP services. Settings and calls come in; replies, output and logs go out.
 */
@NullMarked
package dev.postroad.runtime.agent.http;

import org.jspecify.annotations.NullMarked;
