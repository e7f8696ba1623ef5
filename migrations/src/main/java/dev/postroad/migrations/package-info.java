/**
 * The SQL schema and what applies it. A database comes in; the newest schema goes out.
 * Must not know the engine or the worker.
 */
@NullMarked
package dev.postroad.migrations;

import org.jspecify.annotations.NullMarked;
