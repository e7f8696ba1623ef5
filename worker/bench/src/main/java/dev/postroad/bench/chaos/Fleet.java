package dev.postroad.bench.chaos;

import dev.postroad.bench.Ground;
import dev.postroad.bench.Place;
import dev.postroad.bench.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The workers, by their names; each is a process. Confined to one thread. */
final class Fleet implements AutoCloseable {
    private static final int HEAP_MEBIBYTES = 256;

    private final Ground ground;
    private final Place place;
    private final Map<String, String> settings;
    private final Map<String, WorkerProcess> workers = new TreeMap<>();
    private int started;

    /** @param settings what all workers are set to, by variable */
    Fleet(Ground ground, Place place, Map<String, String> settings) {
        this.ground = ground;
        this.place = place;
        this.settings = Map.copyOf(settings);
    }

    /** Starts one more, and waits until it is ready. */
    String start() throws IOException {
        String name = "w" + ++started;
        Map<String, String> all = new HashMap<>(settings);
        all.put("POSTROAD_WORKER_ID", name);
        workers.put(name, new WorkerProcess(place.environment(all), ground.log(name), HEAP_MEBIBYTES));
        return name;
    }

    List<String> names() {
        return new ArrayList<>(workers.keySet());
    }

    WorkerProcess worker(String name) {
        WorkerProcess found = workers.get(name);
        if (found == null) {
            throw new IllegalStateException("there is no worker " + name);
        }
        return found;
    }

    /** Ends one as kill -9 does. */
    void kill(String name) throws InterruptedException {
        worker(name).kill();
        workers.remove(name);
    }

    /** Stops one in order, and waits for its end. */
    void stop(String name) {
        WorkerProcess stopped = worker(name);
        workers.remove(name);
        stopped.close();
    }

    /** Starts what has ended by itself anew, as a supervisor does. */
    int replaceEnded() throws IOException {
        int ended = 0;
        for (String name : names()) {
            if (worker(name).isOver()) {
                workers.remove(name);
                start();
                ended++;
            }
        }
        return ended;
    }

    /** How often a text stands in the logs of all. */
    long logged(String text) throws IOException {
        long found = 0;
        for (int i = 1; i <= started; i++) {
            found += Files.readAllLines(ground.log("w" + i)).stream()
                    .filter(line -> line.contains(text))
                    .count();
        }
        return found;
    }

    @Override
    public void close() {
        for (String name : names()) {
            try {
                kill(name);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
