/**
 * Calls tools of MCP servers, by the protocol's own Java SDK. Settings and calls come in; replies and output go out. Must not
 * know runs.
 */
@NullMarked
package dev.postroad.runtime.agent.mcp;

import org.jspecify.annotations.NullMarked;
