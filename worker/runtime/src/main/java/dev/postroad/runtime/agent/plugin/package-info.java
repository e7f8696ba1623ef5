/**
 * Loads Java agents from jars in a folder, and follows what becomes of those. Jars come in; agents go out.
 */
@NullMarked
package dev.postroad.runtime.agent.plugin;

import org.jspecify.annotations.NullMarked;
