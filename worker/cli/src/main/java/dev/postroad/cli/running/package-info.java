/**
 * Triggers runs and follows them, with what their nodes show, to their end. Definitions come from {@code definitions},
 * what a run looks like from {@code progress}.
 */
@NullMarked
package dev.postroad.cli.running;

import org.jspecify.annotations.NullMarked;
