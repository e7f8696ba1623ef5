package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.bench.Place;
import dev.postroad.contracts.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code scripts/chaos}: prints one line of JSON, and ends with 1 where something was found. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description =
                "Does to workers and servers what happens to them while runs are under way, and checks what is left.")
public final class Chaos implements Callable<Integer> {
    private static final String TAKE_OVER = "take-over";
    private static final List<String> MEASURES = List.of(TAKE_OVER, "rolling-restart");

    @Option(
            names = "--measure",
            description = "take-over: how long runs stand still when their worker dies, freezes or is cut off;"
                    + " rolling-restart: when all workers are restarted in turn")
    private @Nullable String measure;

    @Option(names = "--take-overs", defaultValue = "20", description = "so many of each kind (${DEFAULT-VALUE})")
    private int takeOvers;

    @Option(
            names = "--blows",
            split = ",",
            defaultValue = "KILL,FREEZE,CUT_OFF",
            description = "what befalls a worker in a measure (${DEFAULT-VALUE})")
    private List<TakeOverMeasure.Blow> blows = List.of();

    @Option(names = "--partitions", defaultValue = "12", description = "of the topics in a measure (${DEFAULT-VALUE})")
    private int partitions;

    @Option(names = "--runs", defaultValue = "1000", description = "how many (${DEFAULT-VALUE})")
    private int runs;

    @Option(names = "--faults", defaultValue = "20", description = "how many, one after the other (${DEFAULT-VALUE})")
    private int faults;

    @Option(names = "--only", split = ",", description = "faults by their names; others do not come")
    private List<String> only = List.of();

    @Option(names = "--keep", description = "leave the data and the logs where they are, to be looked at")
    private boolean keep;

    @Option(names = "--workers", defaultValue = "3", description = "how many at a time (${DEFAULT-VALUE})")
    private int workers;

    @Option(names = "--seed", defaultValue = "1", description = "what is done and to whom (${DEFAULT-VALUE})")
    private long seed;

    /** Runs it. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Chaos()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (measure != null && !MEASURES.contains(measure)) {
            System.err.println("--measure " + measure + " is not known; use one of " + String.join(", ", MEASURES));
            return 2;
        }
        List<String> known = Faults.names();
        List<String> unknown =
                only.stream().filter(name -> !known.contains(name)).toList();
        if (!unknown.isEmpty()) {
            System.err.println(
                    "--only " + String.join(",", unknown) + " is not known; use some of " + String.join(",", known));
            return 2;
        }
        if (measure == null) {
            return chaos();
        }
        return measure.equals(TAKE_OVER) ? takeOver() : rollingRestart();
    }

    private int chaos() throws Exception {
        // One comes before another goes, and one more is added.
        Servers servers = new Servers(workers + 2);
        try (Place place = new Place(servers.addresses(), "chaos")) {
            Faults here = Faults.here(servers, only);
            if (here.all().isEmpty()) {
                System.err.println("--only " + String.join(",", only) + " cannot come here: " + here.left());
                return 2;
            }
            ObjectNode found = new ChaosRun(servers, place, workers).run(runs, faults, seed, here);
            print(found.put("seed", seed).put("workers", workers));
            return found.path("sound").asBoolean() ? 0 : 1;
        } finally {
            if (keep) {
                servers.stop();
                System.err.println("kept: " + servers.directory()
                        + (servers.disk().isPresent() ? ", with a file system mounted on its folder postgres" : ""));
            } else {
                servers.close();
            }
        }
    }

    private int takeOver() throws Exception {
        try (Servers servers = new Servers(workers);
                Place place = new Place(servers.addresses(), "chaos")) {
            var takeOver = new TakeOverMeasure(servers, place, workers, partitions, runs, new Random(seed));
            ObjectNode found =
                    JsonNodeFactory.instance.objectNode().put("seed", seed).put("workers", workers);
            for (TakeOverMeasure.Blow blow : blows) {
                found.set(blow.name().toLowerCase(Locale.ROOT), takeOver.measure(blow, takeOvers));
            }
            print(found);
        }
        return 0;
    }

    private int rollingRestart() throws Exception {
        // One comes before another goes.
        try (Servers servers = new Servers(workers + 1);
                Place place = new Place(servers.addresses(), "chaos")) {
            print(new RollingMeasure(servers, place, workers, runs).measure());
        }
        return 0;
    }

    private static void print(ObjectNode found) {
        byte[] line = Json.bytes(found);
        System.out.write(line, 0, line.length);
        System.out.println();
    }
}
