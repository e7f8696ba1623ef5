@NullMarked
package dev.postroad.runtime.access;

import org.jspecify.annotations.NullMarked;
