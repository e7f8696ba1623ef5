package dev.postroad.runtime.observe;

import com.sun.management.OperatingSystemMXBean;
import dev.postroad.runtime.clock.SharedClock;
import dev.postroad.runtime.logs.RunLogs;
import dev.postroad.runtime.publish.OutputPublisher;
import dev.postroad.runtime.run.calls.AgentCalls;
import dev.postroad.runtime.run.lane.Lane;
import dev.postroad.runtime.run.lane.LaneFigures;
import dev.postroad.runtime.run.queue.RunQueue;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Binds a worker's figures to a registry. */
public final class WorkerMetrics implements AutoCloseable {
    private static final String LOG_ENTRIES =
            "Lines of the log of runs that Postgres took, or that were dropped since it took them too slowly";

    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

    /** Registers everything. */
    public WorkerMetrics(
            MeterRegistry registry,
            List<Lane> lanes,
            RunQueue queue,
            AgentCalls calls,
            OutputPublisher output,
            RunLogs logs,
            SharedClock clock) {
        for (int i = 0; i < lanes.size(); i++) {
            List<Tag> tags = List.of(Tag.of("lane", Integer.toString(i)));
            bind(registry, lanes.get(i).figures(), tags);
            FunctionCounter.builder("postroad.events.published", lanes.get(i), Lane::published)
                    .description("Events that Kafka has acknowledged")
                    .tags(tags)
                    .register(registry);
            FunctionCounter.builder("postroad.journal.failures", lanes.get(i), Lane::journalFailures)
                    .description("Batches of the journal that Postgres did not take, and that were sent again")
                    .tags(tags)
                    .register(registry);
        }
        Gauge.builder("postroad.runs.queued", queue, RunQueue::waiting)
                .description("Runs of this worker's shards that wait for a place")
                .register(registry);
        Gauge.builder("postroad.clock.skew", clock, skewed -> skewed.skew().toNanos() / 1e9)
                .baseUnit("seconds")
                .description("How far this machine's clock is ahead of that of Postgres, by which all workers go")
                .register(registry);
        Gauge.builder("postroad.agent.calls.active", calls, AgentCalls::underWay)
                .description("Calls of agents that are under way")
                .register(registry);
        FunctionCounter.builder("postroad.log.entries", logs, RunLogs::stored)
                .description(LOG_ENTRIES)
                .tag("outcome", "stored")
                .register(registry);
        FunctionCounter.builder("postroad.log.entries", logs, RunLogs::dropped)
                .description(LOG_ENTRIES)
                .tag("outcome", "dropped")
                .register(registry);
        countChunks(registry, "stored", output, OutputPublisher::stored);
        countChunks(registry, "dropped", output, OutputPublisher::dropped);
        new JvmMemoryMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        countProcessorTime(registry);
        new UptimeMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
    }

    /** Under the name that Prometheus's own clients give it. */
    private static void countProcessorTime(MeterRegistry registry) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            FunctionCounter.builder("process.cpu", system, used -> used.getProcessCpuTime() / 1e9)
                    .baseUnit("seconds")
                    .description("Processor time that this process has used")
                    .register(registry);
        }
    }

    private static void bind(MeterRegistry registry, LaneFigures figures, List<Tag> tags) {
        count(
                registry,
                "postroad.journal.rows",
                "Rows that were written to the journal",
                figures,
                tags,
                LaneFigures::rows);
        FunctionTimer.builder(
                        "postroad.journal.commit",
                        figures,
                        LaneFigures::commits,
                        LaneFigures::commitNanos,
                        TimeUnit.NANOSECONDS)
                .description("How long commits of the journal took")
                .tags(tags)
                .register(registry);
        count(
                registry,
                "postroad.transitions",
                "Transitions of nodes that were committed",
                figures,
                tags,
                LaneFigures::transitions);
        count(registry, "postroad.runs.ended", "Runs that came to an end", figures, tags, LaneFigures::ended);
        count(
                registry,
                "postroad.budgets.exceeded",
                "Times that runs came upon a budget that was spent",
                figures,
                tags,
                LaneFigures::overspent);
        count(
                registry,
                "postroad.runs.recovered",
                "Runs that were taken up from the journal",
                figures,
                tags,
                LaneFigures::recoveries);
        count(
                registry,
                "postroad.shards.fenced",
                "Shards that this worker lost while it believed to own them",
                figures,
                tags,
                LaneFigures::fences);
        gauge(registry, "postroad.runs.kept", "Runs that this worker has in memory", figures, tags, LaneFigures::kept);
        gauge(
                registry,
                "postroad.runs.running",
                "Runs that are under way on this worker",
                figures,
                tags,
                LaneFigures::running);
        gauge(
                registry,
                "postroad.publish.outstanding.bytes",
                "Events that wait for Kafka in memory",
                figures,
                tags,
                LaneFigures::outstandingBytes);
        gauge(
                registry,
                "postroad.publish.shards.behind",
                "Shards whose events are published from the journal, since Kafka took them too slowly",
                figures,
                tags,
                LaneFigures::shardsBehind);
    }

    private static void countChunks(
            MeterRegistry registry, String outcome, OutputPublisher output, ToDoubleFunction<OutputPublisher> figure) {
        FunctionCounter.builder("postroad.output.chunks", output, figure)
                .description("Chunks of output that Kafka took, or that were dropped since it took them too slowly")
                .tag("outcome", outcome)
                .register(registry);
    }

    private static void count(
            MeterRegistry registry,
            String name,
            String description,
            LaneFigures figures,
            List<Tag> tags,
            ToDoubleFunction<LaneFigures> figure) {
        FunctionCounter.builder(name, figures, figure)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private static void gauge(
            MeterRegistry registry,
            String name,
            String description,
            LaneFigures figures,
            List<Tag> tags,
            ToDoubleFunction<LaneFigures> figure) {
        Gauge.builder(name, figures, figure).description(description).tags(tags).register(registry);
    }

    @Override
    public void close() {
        garbageCollection.close();
    }
}
