/**
 * What becomes of runs that have ended: they are deleted when their time has come, or somebody asks for it. Ended runs come
 * in, from Postgres; what they leave is that their ids stay known for a while. It must not know how runs are decided.
 */
@NullMarked
package dev.postroad.runtime.retention;

import org.jspecify.annotations.NullMarked;
