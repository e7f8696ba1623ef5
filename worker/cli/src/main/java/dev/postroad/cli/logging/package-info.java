/**
 * How the log of this process is written. Events of any library come in; lines go out, of which each is one line, for
 * people or for machines. Must not know commands.
 */
@NullMarked
package dev.postroad.cli.logging;

import org.jspecify.annotations.NullMarked;
