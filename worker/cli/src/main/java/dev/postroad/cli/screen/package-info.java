/**
 * How lines are made for people: columns, colours, tables, pictures that are drawn again in their place. Texts come in;
 * lines that fit go out. It knows nothing of runs, and never asks what kind of terminal there is.
 */
@NullMarked
package dev.postroad.cli.screen;

import org.jspecify.annotations.NullMarked;
