package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
    /** After schedules came or went, until what that takes is over. */
    private static final int SECONDS_TO_SETTLE = 5;

    private final Place place;
    private final WorkerProcess worker;
    private final int schedules;
    private final int seconds;
    private final ObjectNode figures = JsonNodeFactory.instance.objectNode();
    private int part;

    private ScheduledRuns(Place place, WorkerProcess worker, int schedules, int seconds) {
        this.place = place;
        this.worker = worker;
        this.schedules = schedules;
        this.seconds = seconds;
    }

    /**
     * @param seconds of each part
     * @param rounds of both parts, by turns, so that the machine's drift is everybody's
     */
    static ObjectNode measure(Ground ground, Place place, int schedules, int seconds, int rounds)
            throws IOException, FaultsException, InterruptedException {
        try (WorkerProcess worker = new WorkerProcess(place.environment(Map.of()), ground.log("worker"))) {
            return new ScheduledRuns(place, worker, schedules, seconds).measure(rounds);
        }
    }

    private ObjectNode measure(int rounds) throws FaultsException, InterruptedException {
        place.publish(Graphs.chain(GRAPH, 1, NoOperation.NAME));
        // The first of both is on code that is not compiled yet.
        triggered();
        scheduled();
        figures.removeAll();
        List<Double> cores = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            double micros = triggered();
            cores.add(Figures.round((scheduled() - micros) * schedules / MICROS_OF_A_SECOND, 3));
        }
        cores.forEach(figures.putArray("coresForSchedulesOfRounds")::add);
        return figures.put("schedules", schedules)
                .put("coresForSchedules", Figures.median(cores))
                .put("least", Collections.min(cores))
                .put("most", Collections.max(cores));
    }

    /** All at once in each second, as those of schedules are: the more of them begin together, the less each costs. */
    private double triggered() throws InterruptedException {
        String prefix = "triggered-" + part++ + "-";
        try (Pace pace = new Pace(1, second -> {
            for (int i = 0; i < schedules; i++) {
                place.trigger(GRAPH, prefix + second + "-" + i);
            }
        })) {
            pace.start();
            return microsOfARun("triggered");
        }
    }

    private double scheduled() throws InterruptedException {
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
        double micros = microsOfARun("scheduled");
        for (int i = 0; i < schedules; i++) {
            place.withdraw(NAME + i);
        }
        Ground.await(() -> standing() == 0);
        return micros;
    }

    private long standing() {
        return place.count("SELECT count(*) FROM postroad.schedules WHERE removed_at IS NULL");
    }

    private double microsOfARun(String what) throws InterruptedException {
        TimeUnit.SECONDS.sleep(SECONDS_TO_SETTLE);
        long ended = worker.metrics().sum(ENDED);
        Processors before = Processors.untilNow(worker.handle());
        TimeUnit.SECONDS.sleep(seconds);
        long runs = worker.metrics().sum(ENDED) - ended;
        ObjectNode took = Processors.untilNow(worker.handle()).microsOfEach(runs, before);
        // The worker is what runs beside this process, which only sends.
        double micros = took.path("agent").asDouble();
        figures.withArray(what)
                .addObject()
                .put("runsPerSecond", runs / seconds)
                .put("workerMicrosOfARun", micros)
                .put("postgresMicrosOfARun", took.path("postgres").asDouble());
        return micros;
    }
}
