package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What schedules cost a worker: what it takes of the processors for runs that schedules begin, beyond what it takes for as
 * many of the same runs that are triggered.
 */
final class ScheduledRuns {
    private static final String GRAPH = "scheduled";
    private static final String NAME = "schedule/each-second-";
    private static final String ENDED = "postroad_runs_ended_total";
    private static final double MICROS_OF_A_SECOND = 1e6;

    private final Place place;
    private final WorkerProcess worker;
    private final ObjectNode figures = JsonNodeFactory.instance.objectNode();

    private ScheduledRuns(Place place, WorkerProcess worker) {
        this.place = place;
        this.worker = worker;
    }

    /** @param seconds of each part, after as many to warm up */
    static ObjectNode measure(Ground ground, Place place, int schedules, int seconds)
            throws IOException, FaultsException, InterruptedException {
        try (WorkerProcess worker = new WorkerProcess(place.environment(Map.of()), ground.log("worker"))) {
            return new ScheduledRuns(place, worker).measure(schedules, seconds);
        }
    }

    private ObjectNode measure(int schedules, int seconds) throws FaultsException, InterruptedException {
        place.publish(Graphs.chain(GRAPH, 1, NoOperation.NAME));
        // The first of both is on code that is not compiled yet.
        triggered(schedules, seconds);
        double scheduled = scheduled(schedules, seconds);
        double triggered = triggered(schedules, seconds);
        figures.put("schedules", schedules);
        return figures.put(
                "coresForSchedules", Figures.round((scheduled - triggered) * schedules / MICROS_OF_A_SECOND, 3));
    }

    /** All at once in each second, as those of schedules are: the more of them begin together, the less each costs. */
    private double triggered(int together, int seconds) throws InterruptedException {
        String prefix = "triggered-" + figures.size() + "-";
        try (Pace pace = new Pace(1, second -> {
            for (int i = 0; i < together; i++) {
                place.trigger(GRAPH, prefix + second + "-" + i);
            }
        })) {
            pace.start();
            return microsOfARun("triggered", seconds);
        }
    }

    private double scheduled(int schedules, int seconds) throws InterruptedException {
        for (int i = 0; i < schedules; i++) {
            place.send(
                    place.topics().registry(),
                    NAME + i,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("schedule", "each-second-" + i)
                            .put("graph", GRAPH)
                            .put("every", "PT1S")
                            .put("overlap", "allow"));
        }
        place.flush();
        Ground.await(() -> standing() >= schedules);
        double micros = microsOfARun("scheduled", seconds);
        for (int i = 0; i < schedules; i++) {
            place.withdraw(NAME + i);
        }
        Ground.await(() -> standing() == 0);
        return micros;
    }

    private long standing() {
        return place.count("SELECT count(*) FROM postroad.schedules WHERE removed_at IS NULL");
    }

    private double microsOfARun(String part, int seconds) throws InterruptedException {
        TimeUnit.SECONDS.sleep(seconds);
        long ended = worker.metrics().sum(ENDED);
        Processors before = Processors.untilNow(worker.handle());
        TimeUnit.SECONDS.sleep(seconds);
        long runs = worker.metrics().sum(ENDED) - ended;
        ObjectNode took = Processors.untilNow(worker.handle()).microsOfEach(runs, before);
        // The worker is what runs beside this process, which only sends.
        double micros = took.path("agent").asDouble();
        figures.putObject(part)
                .put("runsPerSecond", runs / seconds)
                .put("workerMicrosOfARun", micros)
                .put("postgresMicrosOfARun", took.path("postgres").asDouble());
        return micros;
    }
}
