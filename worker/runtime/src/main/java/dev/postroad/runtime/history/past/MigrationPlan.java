package dev.postroad.runtime.history.past;

import dev.postroad.contracts.message.RunStatus;
import java.util.List;

/**
 * What a migration of a run would come to.
 *
 * @param fromVersion the version of its graph that it goes by
 * @param toVersion the one that it would go by
 * @param lost all that has no place there, for people; empty where it can go on there, as it stands now
 */
public record MigrationPlan(
        String runId, String graph, int fromVersion, int toVersion, RunStatus status, List<String> lost) {}
