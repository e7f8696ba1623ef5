/**
 * Reads triggers and control messages. Records of strangers come in; admissions, commands and dead letters go out.
 * Must not know how a run is stepped.
 */
@NullMarked
package dev.postroad.runtime.intake;

import org.jspecify.annotations.NullMarked;
