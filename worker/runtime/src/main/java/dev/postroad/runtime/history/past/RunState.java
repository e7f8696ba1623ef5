package dev.postroad.runtime.history.past;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunStatus;

/**
 * The state of a run at one version.
 *
 * @param status what the run was doing then
 * @param version the number of the state
 */
public record RunState(String runId, String graph, int graphVersion, RunStatus status, int version, ObjectNode state) {}
