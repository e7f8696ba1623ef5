/** Holds the schemas, the examples and the readers against each other. */
@NullMarked
package dev.postroad.contracts.schema;

import org.jspecify.annotations.NullMarked;
