/**
 * Draws graphs. The definition of a graph comes in; text goes out: a picture of boxes and lines, or what Mermaid and
 * Graphviz draw one from. It knows neither servers nor terminals, and gives the same text for the same definition.
 */
@NullMarked
package dev.postroad.cli.drawing;

import org.jspecify.annotations.NullMarked;
