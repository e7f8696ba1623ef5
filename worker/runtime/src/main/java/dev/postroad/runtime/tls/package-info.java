/**
 * How connections are encrypted. Files in PEM come in; what a server proves itself by, and whom a client trusts, goes out.
 * Must not know what is said over the connections.
 */
@NullMarked
package dev.postroad.runtime.tls;

import org.jspecify.annotations.NullMarked;
