package dev.postroad.runtime.metrics;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.CallingTools;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.contracts.agent.AgentReply.Sleeping;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.runtime.run.calls.CallObserver;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;

/**
 * Counts every attempt that reached its agent, for {@link FiguresWriter} to write. Thread-safe; waits for nobody.
 */
public final class CallRecorder implements CallObserver {
    private final Cells cells;
    private final LastFailures failures = new LastFailures();
    private final CallMeters meters;
    private final InstantSource clock;

    /** @param registry where the same is shown of this worker alone */
    public CallRecorder(MeterRegistry registry, InstantSource clock) {
        this.clock = clock;
        cells = new Cells(clock);
        meters = new CallMeters(registry);
        FunctionCounter.builder("postroad.agent.metrics.dropped", cells, Cells::dropped)
                .description("Calls that the figures in Postgres lack, since it was away for long")
                .register(registry);
    }

    @Override
    public void observed(String agent, String graph, AgentReply reply, long durationMillis, boolean called) {
        if (!called) {
            return;
        }
        // A clock that is set back in the middle of a call makes it shorter than nothing.
        long millis = Math.max(0, durationMillis);
        switch (reply) {
            case Completed _, Interrupted _, CallingTools _, Sleeping _ ->
                add(agent, graph, CallOutcome.SUCCESS, millis, reply.usage());
            case Faulted fault -> {
                add(agent, graph, CallOutcome.FAILURE, millis, fault.usage());
                failures.failed(agent, clock.instant(), fault);
            }
        }
    }

    private void add(String agent, String graph, CallOutcome outcome, long millis, Usage usage) {
        cells.add(agent, graph, outcome, millis, usage);
        meters.add(agent, outcome, millis, usage);
    }

    /** How many calls could not be kept, because Postgres was away for long. */
    public long dropped() {
        return cells.dropped();
    }

    Cells cells() {
        return cells;
    }

    LastFailures failures() {
        return failures;
    }
}
