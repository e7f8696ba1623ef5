package dev.postroad.runtime.run.calls;

import dev.postroad.runtime.agent.CachedResults;
import dev.postroad.runtime.guard.Guards;
import dev.postroad.runtime.limit.ClusterLimits;
import dev.postroad.runtime.logs.RunLogs;
import dev.postroad.runtime.trace.Traces;
import java.time.InstantSource;

/** What all attempts call on. */
record AttemptServices(
        ReadyAgent.Directory directory,
        Guards guards,
        OutputChunks output,
        RunLogs logs,
        CachedResults cached,
        CallObserver observer,
        CallGate gate,
        CallBudgets budgets,
        ClusterLimits limits,
        RemoteCalls remote,
        Traces traces,
        InstantSource clock) {}
