package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code scripts/fuzz}: prints one line of JSON, and ends with 1 where something was found. */
@Command(
        name = "fuzz",
        mixinStandardHelpOptions = true,
        description = "Throws random and mutated records and requests at a worker, and accounts for each.")
public final class Fuzz implements Callable<Integer> {
    private static final int MOST_RATIO = 2;

    @Option(names = "--messages", defaultValue = "1000000", description = "how many (${DEFAULT-VALUE})")
    private long messages;

    @Option(names = "--seed", defaultValue = "1", description = "what all is made of (${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--first", defaultValue = "0", description = "the number to begin with (${DEFAULT-VALUE})")
    private long first;

    @Option(names = "--only", defaultValue = "-1", description = "show and throw this number alone")
    private long only;

    @Option(names = "--minutes", defaultValue = "1440", description = "of throwing at most (${DEFAULT-VALUE})")
    private int minutes;

    @Option(
            names = "--rate",
            defaultValue = "700",
            description = {
                "at most so many a second (${DEFAULT-VALUE}): two cores also carry broker, database and fuzzer, which",
                "take more of them than the worker does; beyond, runs wait for a core and not for what is thrown"
            })
    private int rate;

    @Option(
            names = "--open",
            defaultValue = "2000",
            description = "at most so many records that are not accounted for yet (${DEFAULT-VALUE})")
    private int open;

    @Option(
            names = "--warm-up",
            defaultValue = "20000",
            description = "runs before all, and messages, a tenth at most, before runs count (${DEFAULT-VALUE})")
    private int warmUp;

    @Option(names = "--quiet", defaultValue = "60", description = "seconds of sound runs alone (${DEFAULT-VALUE})")
    private int quiet;

    @Option(names = "--patience", defaultValue = "120", description = "seconds without progress (${DEFAULT-VALUE})")
    private int patience;

    @Option(names = "--examples", required = true, description = "the directory of valid messages")
    private Path examples = Path.of("");

    /** Runs it. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Fuzz()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        boolean one = only >= 0;
        if (one) {
            System.err.println(new Armoury(seed, Examples.in(examples)).shot(only));
        }
        ObjectNode found = FuzzRun.run(new FuzzSettings(
                seed,
                one ? only : first,
                one ? 1 : messages,
                Duration.ofMinutes(minutes),
                rate,
                open,
                one ? 0 : warmUp,
                Duration.ofSeconds(one ? 1 : quiet),
                Duration.ofSeconds(patience),
                examples));
        byte[] line = Json.bytes(found);
        System.out.write(line, 0, line.length);
        System.out.println();
        boolean isSlow = !one && found.at("/soundRuns/p99Ratio").asDouble() >= MOST_RATIO;
        return found.path("sound").asBoolean() && !isSlow ? 0 : 1;
    }
}
