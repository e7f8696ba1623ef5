/**
 * How every part of Postroad reads JSON: strict, bounded and with faults that name their place.
 * Text and trees come in; checked values go out. Knows no message and no definition.
 */
@NullMarked
package dev.postroad.contracts.json;

import org.jspecify.annotations.NullMarked;
