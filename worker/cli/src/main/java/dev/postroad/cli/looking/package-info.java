/**
 * Shows what is there, and changes nothing: of one run its state, past and reasons; runs, questions, queues, workers and
 * servers. Answers of the runtime's {@code history} come in; tables and JSON go out.
 */
@NullMarked
package dev.postroad.cli.looking;

import org.jspecify.annotations.NullMarked;
