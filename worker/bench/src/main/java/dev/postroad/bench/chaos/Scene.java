package dev.postroad.bench.chaos;

import dev.postroad.bench.Place;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * What faults strike at.
 *
 * @param ofPostgres to be told when Postgres stood still
 * @param random decides whom, from the seed of the step alone
 */
record Scene(
        Place place,
        Fleet fleet,
        Agents agents,
        Hosts hosts,
        Servers servers,
        Pauses ofPostgres,
        RandomGenerator random) {
    /** The same for another step. */
    Scene with(RandomGenerator other) {
        return new Scene(place, fleet, agents, hosts, servers, ofPostgres, other);
    }

    /** Any worker. */
    String anyWorker() {
        List<String> names = fleet.names();
        return names.get(random.nextInt(names.size()));
    }

    /** Lets time pass. */
    void pass(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }
}
