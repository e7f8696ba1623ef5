/** Tests of how records are read. */
@NullMarked
package dev.postroad.runtime.reading;

import org.jspecify.annotations.NullMarked;
