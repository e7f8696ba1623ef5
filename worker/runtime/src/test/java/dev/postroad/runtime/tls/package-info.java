@NullMarked
package dev.postroad.runtime.tls;

import org.jspecify.annotations.NullMarked;
