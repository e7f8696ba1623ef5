package dev.postroad.runtime.observe;

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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Binds a worker's figures to a registry. */
public final class WorkerMetrics implements AutoCloseable {
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
                    .tags(tags)
                    .register(registry);
            FunctionCounter.builder("postroad.journal.failures", lanes.get(i), Lane::journalFailures)
                    .tags(tags)
                    .register(registry);
        }
        Gauge.builder("postroad.runs.queued", queue, RunQueue::waiting).register(registry);
        Gauge.builder("postroad.clock.skew", clock, skewed -> skewed.skew().toNanos() / 1e9)
                .baseUnit("seconds")
                .description("How far this machine's clock is ahead of that of Postgres, by which all workers go")
                .register(registry);
        Gauge.builder("postroad.agent.calls.active", calls, AgentCalls::underWay)
                .register(registry);
        FunctionCounter.builder("postroad.log.entries", logs, RunLogs::stored)
                .tag("outcome", "stored")
                .register(registry);
        FunctionCounter.builder("postroad.log.entries", logs, RunLogs::dropped)
                .tag("outcome", "dropped")
                .register(registry);
        countChunks(registry, "stored", output, OutputPublisher::stored);
        countChunks(registry, "dropped", output, OutputPublisher::dropped);
        new JvmMemoryMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
    }

    private static void bind(MeterRegistry registry, LaneFigures figures, List<Tag> tags) {
        count(registry, "postroad.journal.rows", figures, tags, LaneFigures::rows);
        FunctionTimer.builder(
                        "postroad.journal.commit",
                        figures,
                        LaneFigures::commits,
                        LaneFigures::commitNanos,
                        TimeUnit.NANOSECONDS)
                .tags(tags)
                .register(registry);
        count(registry, "postroad.transitions", figures, tags, LaneFigures::transitions);
        count(registry, "postroad.runs.ended", figures, tags, LaneFigures::ended);
        count(registry, "postroad.runs.recovered", figures, tags, LaneFigures::recoveries);
        count(registry, "postroad.shards.fenced", figures, tags, LaneFigures::fences);
        gauge(registry, "postroad.runs.kept", figures, tags, LaneFigures::kept);
        gauge(registry, "postroad.runs.running", figures, tags, LaneFigures::running);
        gauge(registry, "postroad.publish.outstanding.bytes", figures, tags, LaneFigures::outstandingBytes);
        gauge(registry, "postroad.publish.shards.behind", figures, tags, LaneFigures::shardsBehind);
    }

    private static void countChunks(
            MeterRegistry registry, String outcome, OutputPublisher output, ToDoubleFunction<OutputPublisher> figure) {
        FunctionCounter.builder("postroad.output.chunks", output, figure)
                .tag("outcome", outcome)
                .register(registry);
    }

    private static void count(
            MeterRegistry registry,
            String name,
            LaneFigures figures,
            List<Tag> tags,
            ToDoubleFunction<LaneFigures> figure) {
        FunctionCounter.builder(name, figures, figure).tags(tags).register(registry);
    }

    private static void gauge(
            MeterRegistry registry,
            String name,
            LaneFigures figures,
            List<Tag> tags,
            ToDoubleFunction<LaneFigures> figure) {
        Gauge.builder(name, figures, figure).tags(tags).register(registry);
    }

    @Override
    public void close() {
        garbageCollection.close();
    }
}
