/** How agents fare, and what happened to them. Names and times come in; figures and events go out. */
@NullMarked
package dev.postroad.runtime.history.agents;

import org.jspecify.annotations.NullMarked;
