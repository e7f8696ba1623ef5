package dev.postroad.runtime;

import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.debounce.DebouncedTriggers;
import dev.postroad.runtime.debounce.Debouncer;
import dev.postroad.runtime.debounce.DueTriggers;
import dev.postroad.runtime.intake.ControlIntake;
import dev.postroad.runtime.intake.Origins;
import dev.postroad.runtime.intake.ResultFigures;
import dev.postroad.runtime.intake.ResultIntake;
import dev.postroad.runtime.intake.TriggerIntake;
import dev.postroad.runtime.ownership.ShardOwnership;
import dev.postroad.runtime.reading.Consumers;
import dev.postroad.runtime.reading.PartitionReader;
import dev.postroad.runtime.schedule.ScheduleCancels;
import dev.postroad.runtime.schedule.ScheduleControl;
import dev.postroad.runtime.schedule.ScheduleRunner;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;

/** The readers of triggers and of control messages, and whoever starts the runs of schedules. */
record Intake(PartitionReader triggers, PartitionReader control, PartitionReader results, ScheduleControl schedules) {
    static Intake open(Foundation on, Storage storage, Publishing publishing, Agents agents, Stepping stepping) {
        WorkerSettings settings = on.settings();
        ShardOwnership shards = stepping.membership().shards();
        ScheduleControl schedules = new ScheduleControl(storage.intake(), settings.workerId(), on.clock());
        PartitionReader control = on.part(ControlIntake.reader(
                shardConsumers(settings, on.metrics(), "-control"),
                publishing.look(),
                settings.topics().control(),
                settings.maxValueBytes(),
                new ControlIntake.Collaborators(
                        stepping.commands(),
                        stepping.lanes(),
                        shards,
                        publishing.outlets(),
                        storage.early(),
                        schedules::apply,
                        on.clock())));
        control.start();
        PartitionReader results = results(on, publishing, agents, stepping);
        results.start();
        DebouncedTriggers debounced = new DebouncedTriggers(storage.intake(), on.clock());
        on.part(new Debouncer(
                        new DueTriggers(storage.jdbi(), on.clock()),
                        shards::owned,
                        publishing.producer(),
                        settings.topics().triggers(),
                        on.clock()))
                .start();
        PartitionReader triggers = on.part(TriggerIntake.reader(
                triggerConsumers(settings, on.metrics()),
                publishing.look(),
                settings.topics().triggers(),
                new TriggerIntake.Collaborators(
                        new TriggerIntake.TriggerJudgement(agents.catalog(), settings.maxValueBytes()),
                        stepping.lanes(),
                        shards,
                        publishing.outlets(),
                        new Origins(storage.intake()),
                        debounced,
                        on.clock())));
        triggers.start();
        on.part(new ScheduleRunner(new ScheduleRunner.Collaborators(
                        storage.jdbi(),
                        agents.catalog(),
                        stepping.lanes(),
                        shards::epochs,
                        new ScheduleCancels(publishing.outlets()),
                        settings.workerId(),
                        settings.logRetention(),
                        on.clock())))
                .start();
        return new Intake(triggers, control, results, schedules);
    }

    private static PartitionReader results(Foundation on, Publishing publishing, Agents agents, Stepping stepping) {
        WorkerSettings settings = on.settings();
        return on.part(ResultIntake.reader(
                shardConsumers(settings, on.metrics(), "-results"),
                publishing.look(),
                settings.topics().agentResults(),
                settings.maxValueBytes(),
                new ResultIntake.Collaborators(
                        stepping.lanes(),
                        stepping.membership().shards(),
                        publishing.outlets(),
                        agents.calls().remote(),
                        agents.clients().prices()::priced,
                        new ResultFigures(on.metrics()),
                        on.clock())));
    }

    private static Consumers triggerConsumers(WorkerSettings settings, MeterRegistry metrics) {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.GROUP_ID_CONFIG, settings.group());
        config.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        long session = settings.sessionTimeout().toMillis();
        config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) session);
        if (!settings.kafka().containsKey(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG)) {
            config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, (int) Math.max(100, session / 6));
        }
        return measured(settings, metrics, config);
    }

    /** @param suffix of the group, which is for offsets alone */
    private static Consumers shardConsumers(WorkerSettings settings, MeterRegistry metrics, String suffix) {
        return measured(
                settings, metrics, new HashMap<>(Map.of(ConsumerConfig.GROUP_ID_CONFIG, settings.group() + suffix)));
    }

    private static Consumers measured(WorkerSettings settings, MeterRegistry metrics, Map<String, Object> config) {
        // A partition that is read on waits for the fetch that is under way without it.
        if (!settings.kafka().containsKey(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG)) {
            config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        }
        return new Consumers(settings.kafka(), config, consumer -> {
            KafkaClientMetrics measure = new KafkaClientMetrics(consumer);
            measure.bindTo(metrics);
            return measure::close;
        });
    }
}
