/**
 * Metrics and health. Everybody's figures come in; reports go out. Must not change anything.
 */
@NullMarked
package dev.postroad.runtime.observe;

import org.jspecify.annotations.NullMarked;
