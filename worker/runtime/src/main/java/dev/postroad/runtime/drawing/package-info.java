/** Pictures of graphs: definitions come in, places of boxes and lines go out, as JSON and as SVG. Must not know any run. */
@NullMarked
package dev.postroad.runtime.drawing;

import org.jspecify.annotations.NullMarked;
