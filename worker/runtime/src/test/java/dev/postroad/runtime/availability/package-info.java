@NullMarked
package dev.postroad.runtime.availability;

import org.jspecify.annotations.NullMarked;
