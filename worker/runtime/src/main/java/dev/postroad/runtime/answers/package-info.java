/**
 * Checks what people answer. Schemas and answers come in; what does not fit goes out. Must not know runs or servers.
 */
@NullMarked
package dev.postroad.runtime.answers;

import org.jspecify.annotations.NullMarked;
