/**
 * Who may do what. The lines that operators write, and what callers say they know, come in; who a caller is and what that
 * one may do goes out. Must not know by which door callers come.
 */
@NullMarked
package dev.postroad.runtime.access;

import org.jspecify.annotations.NullMarked;
