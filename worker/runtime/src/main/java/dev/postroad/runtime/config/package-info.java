/**
 * The settings of a worker. Variables come in; one checked record goes out. Must not know what they are used for.
 */
@NullMarked
package dev.postroad.runtime.config;

import org.jspecify.annotations.NullMarked;
