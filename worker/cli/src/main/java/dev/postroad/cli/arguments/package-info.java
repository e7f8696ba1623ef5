/**
 * What the commands of several rooms read from their arguments, and say where those name nothing that there is. Must
 * not know commands.
 */
@NullMarked
package dev.postroad.cli.arguments;

import org.jspecify.annotations.NullMarked;
