/** The graphs and agents that workers have stored, as their authors wrote them and compiled. */
@NullMarked
package dev.postroad.runtime.history.definitions;

import org.jspecify.annotations.NullMarked;
