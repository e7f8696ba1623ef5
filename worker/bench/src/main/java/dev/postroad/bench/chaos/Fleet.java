package dev.postroad.bench.chaos;

import dev.postroad.bench.Place;
import dev.postroad.bench.WorkerProcess;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** The workers, by their names; each is a process. Confined to one thread. */
final class Fleet implements AutoCloseable {
    private static final int HEAP_MEBIBYTES = 256;
    private static final int MOST_STARTS = 5;

    /** Few live long enough to be worth the second compiler's work, which takes half a start. */
    private static final List<String> FLAGS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xlog:aot*=off", "-Xlog:cds*=off");

    private final Path logs;
    private final Path cache;
    private final Place place;
    private final Map<String, String> settings;
    private final IntFunction<Map<String, String>> settingsOfPlaces;
    private final Map<String, WorkerProcess> workers = new TreeMap<>();
    private final Map<String, Integer> places = new HashMap<>();
    private int started;
    private int startsThatFailed;

    /**
     * @param logs the folder for them
     * @param settings what all workers are set to, by variable
     * @param settingsOfPlaces and what the one at each place is; places are numbered from 0, and taken again
     */
    Fleet(Path logs, Place place, Map<String, String> settings, IntFunction<Map<String, String>> settingsOfPlaces) {
        this.logs = logs;
        this.cache = logs.resolve("workers.aot");
        this.place = place;
        this.settings = Map.copyOf(settings);
        this.settingsOfPlaces = settingsOfPlaces;
    }

    /** What a worker does while the others learn from it. */
    interface Lesson {
        void give() throws FaultsException, InterruptedException;
    }

    /**
     * Starts one, and stops it after a lesson; what it loaded is kept for those after it, which start in half the time (JEP
     * 514). What the JVM does not keep, such as classes in folders, is loaded as ever.
     */
    void learn(Lesson lesson) throws IOException, FaultsException, InterruptedException {
        String first = start(Map.of(), List.of("-XX:AOTCacheOutput=" + cache));
        lesson.give();
        stop(first);
    }

    /** Starts one more, and waits until it is ready. */
    String start() throws IOException {
        return start(Map.of());
    }

    /** Starts one more on other variables, and waits until it is ready; one that ends at its start is started anew. */
    String start(Map<String, String> more) throws IOException {
        return start(more, Files.exists(cache) ? List.of("-XX:AOTCache=" + cache) : List.of());
    }

    private String start(Map<String, String> more, List<String> options) throws IOException {
        for (int i = 1; ; i++) {
            try {
                return startOnce(more, options);
            } catch (IllegalStateException ended) {
                startsThatFailed++;
                if (i == MOST_STARTS) {
                    throw ended;
                }
            }
        }
    }

    private String startOnce(Map<String, String> more, List<String> options) throws IOException {
        String name = "w" + ++started;
        int free = 0;
        while (workers.keySet().stream().map(this::place).toList().contains(free)) {
            free++;
        }
        Map<String, String> all = new HashMap<>(settings);
        all.putAll(settingsOfPlaces.apply(free));
        all.putAll(more);
        all.put("POSTROAD_WORKER_ID", name);
        places.put(name, free);
        List<String> flags = new ArrayList<>(options);
        flags.addAll(FLAGS);
        workers.put(
                name,
                new WorkerProcess(place.environment(all), log(name), HEAP_MEBIBYTES, flags.toArray(String[]::new)));
        return name;
    }

    private Path log(String name) {
        return logs.resolve(name + ".log");
    }

    /** How often a worker ended at its start. */
    int startsThatFailed() {
        return startsThatFailed;
    }

    /** The place of a worker. */
    int place(String worker) {
        return Objects.requireNonNull(places.get(worker), worker);
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
