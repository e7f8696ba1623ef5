/**
 * Shows how agents fare, and takes them out of service and back. Must not know runs.
 */
@NullMarked
package dev.postroad.cli.agents;

import org.jspecify.annotations.NullMarked;
