@NullMarked
package dev.postroad.contracts.live;

import org.jspecify.annotations.NullMarked;
