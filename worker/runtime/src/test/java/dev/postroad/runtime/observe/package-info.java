@NullMarked
package dev.postroad.runtime.observe;

import org.jspecify.annotations.NullMarked;
