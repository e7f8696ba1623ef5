package dev.postroad.runtime.http;

import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.runtime.availability.AgentSwitch;
import dev.postroad.runtime.bulk.Bulks;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.agents.AgentEventLog;
import dev.postroad.runtime.history.agents.AgentMetrics;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.past.JournalTail;
import dev.postroad.runtime.history.past.RunLog;
import dev.postroad.runtime.history.reasons.RunDiagnosis;
import dev.postroad.runtime.history.runs.FailureGroups;
import dev.postroad.runtime.history.tasks.RunTasks;
import dev.postroad.runtime.history.workers.WorkerRegister;
import dev.postroad.runtime.lease.Drains;
import dev.postroad.runtime.letters.DeadLetters;
import dev.postroad.runtime.output.OutputTail;
import dev.postroad.runtime.schedule.ScheduleControl;
import dev.postroad.runtime.schedule.ScheduleListing;
import javax.sql.DataSource;

/**
 * Where answers come from, and where messages go to; the same on every worker.
 *
 * @param maxMessageBytes the longest message that workers read
 */
public record Sources(
        RunHistory history,
        RunDiagnosis diagnosis,
        FailureGroups failures,
        RunTasks tasks,
        JournalTail tail,
        OutputTail output,
        PublishedDefinitions definitions,
        AgentMetrics agentMetrics,
        AgentEventLog agentEvents,
        RunLog runLog,
        WorkerRegister workers,
        AgentSwitch agentSwitch,
        AgentCheck agentCheck,
        ScheduleListing schedules,
        ScheduleControl scheduleControl,
        Bulks bulks,
        Drains drains,
        DeadLetters letters,
        PostroadClient client,
        Surroundings surroundings,
        int maxMessageBytes) {

    /**
     * Reads from a database.
     *
     * @param agentSwitch writes to it, so that it has connections of its own, as have {@code scheduleControl},
     *     {@code bulks} and {@code drains}
     */
    public static Sources of(
            DataSource database,
            OutputTail output,
            AgentSwitch agentSwitch,
            AgentCheck agentCheck,
            ScheduleListing schedules,
            ScheduleControl scheduleControl,
            Bulks bulks,
            Drains drains,
            DeadLetters letters,
            PostroadClient client,
            Surroundings surroundings,
            int maxMessageBytes) {
        return new Sources(
                new RunHistory(database),
                new RunDiagnosis(database),
                new FailureGroups(database),
                new RunTasks(database),
                new JournalTail(database),
                output,
                new PublishedDefinitions(database),
                new AgentMetrics(database),
                new AgentEventLog(database),
                new RunLog(database),
                new WorkerRegister(database),
                agentSwitch,
                agentCheck,
                schedules,
                scheduleControl,
                bulks,
                drains,
                letters,
                client,
                surroundings,
                maxMessageBytes);
    }
}
