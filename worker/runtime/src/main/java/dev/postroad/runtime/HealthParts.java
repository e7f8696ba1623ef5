package dev.postroad.runtime;

import dev.postroad.runtime.availability.Availability;
import dev.postroad.runtime.intake.TriggerIntake;
import dev.postroad.runtime.observe.AgentParts;
import dev.postroad.runtime.observe.HealthChecks;
import dev.postroad.runtime.observe.HealthState;
import dev.postroad.runtime.observe.Looks;
import dev.postroad.runtime.observe.PartHealth;
import dev.postroad.runtime.ownership.ShardOwnership;
import dev.postroad.runtime.registry.Catalog;
import dev.postroad.runtime.run.Lane;
import dev.postroad.runtime.run.Lanes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;

/**
 * The parts of a worker that its health is told of. Thread-safe; nothing here waits.
 *
 * @param kafka also sees the lag
 * @param postgres also sees the queue
 */
record HealthParts(
        Lanes lanes,
        ShardOwnership ownership,
        TriggerIntake triggers,
        Catalog catalog,
        Availability availability,
        Looks kafka,
        Looks postgres,
        InstantSource clock) {
    private static final Duration POLL_AT_LEAST_EVERY = Duration.ofSeconds(10);

    HealthChecks checks() {
        return new HealthChecks()
                .part("kafka", this::ofKafka)
                .part("postgres", this::ofPostgres)
                .part("lanes", this::ofLanes)
                .part("ownership", this::ofOwnership)
                .part("registry", this::ofRegistry)
                .part("lag", kafka::found)
                .part("queue", postgres::found)
                .part("breakers", () -> AgentParts.breakers(availability.all()))
                .part("agents", () -> AgentParts.disabled(availability.all()));
    }

    private PartHealth ofKafka() {
        if (clock.instant().isAfter(triggers.lastPoll().plus(POLL_AT_LEAST_EVERY))) {
            return new PartHealth.Bad("triggers are not being polled");
        }
        PartHealth answers = kafka.answers();
        if (answers.state() != HealthState.OK) {
            return answers;
        }
        int behind = lanes.all().stream()
                .mapToInt(lane -> lane.figures().shardsBehind())
                .sum();
        return behind == 0
                ? new PartHealth.Ok()
                : new PartHealth.Degraded(
                        "events come late, they are published from the journal; shards behind: " + behind);
    }

    private PartHealth ofPostgres() {
        return lanes.all().stream().allMatch(Lane::isConnected)
                ? postgres.answers()
                : new PartHealth.Bad("the last statement of a lane did not reach it");
    }

    private PartHealth ofLanes() {
        return lanes.all().stream().allMatch(Lane::isAlive)
                ? new PartHealth.Ok()
                : new PartHealth.Bad("a lane has stopped, and its shards stand still; the log says why");
    }

    private PartHealth ofOwnership() {
        Set<Integer> lost = ownership.lost();
        if (!lost.isEmpty()) {
            return new PartHealth.Bad(
                    "lost to another worker, and to be taken up again if Kafka leaves them here: shards " + lost);
        }
        Set<Integer> unsettled = ownership.unsettled();
        return unsettled.isEmpty()
                ? new PartHealth.Ok()
                : new PartHealth.Bad("still being taken up: shards " + unsettled);
    }

    private PartHealth ofRegistry() {
        return clock.instant().isAfter(catalog.currentAsOf().plus(POLL_AT_LEAST_EVERY))
                ? new PartHealth.Bad("the registry is not followed")
                : new PartHealth.Ok();
    }
}
