/** Tests of publishing that need no Kafka. */
@NullMarked
package dev.postroad.runtime.publish;

import org.jspecify.annotations.NullMarked;
