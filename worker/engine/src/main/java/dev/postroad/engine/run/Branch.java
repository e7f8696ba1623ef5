package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Where a task of a graph stands whose nodes start as soon as they can.
 *
 * @param superstep the one that it belongs to
 * @param causes the ids of the tasks that led to it, as far as they are remembered
 * @param seen the state that it sees: what its causes and theirs wrote; must not be changed
 */
record Branch(int superstep, List<String> causes, ObjectNode seen) {}
