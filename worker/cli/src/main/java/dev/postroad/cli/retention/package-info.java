/**
 * The commands that delete ended runs, write them out and bring them back. Arguments come in; what the workers are to delete, and
 * files, go out. It knows how runs are stored from the runtime alone.
 */
@NullMarked
package dev.postroad.cli.retention;

import org.jspecify.annotations.NullMarked;
