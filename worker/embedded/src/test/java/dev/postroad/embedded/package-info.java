/** Tests of the embedded servers, on the real servers and, where it matters, on real processes. */
@NullMarked
package dev.postroad.embedded;

import org.jspecify.annotations.NullMarked;
