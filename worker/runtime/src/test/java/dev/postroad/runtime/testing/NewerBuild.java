package dev.postroad.runtime.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;

/**
 * A build that is one release ahead of this one: it has one more type of event, {@code run.noted}, and really writes it, as
 * the first event of each run of a graph named {@code noted}. Its sources are those of this build with a few lines more.
 */
@NullMarked
public final class NewerBuild {
    private static final Path CONTRACTS = Path.of("..", "..", "contracts", "src", "main", "java", "dev", "postroad");
    private static final Path ENGINE =
            Path.of("..", "engine", "src", "main", "java", "dev", "postroad", "engine", "run");

    /** What is new, by the line that it stands before. */
    private record Change(String before, String added) {}

    private static final Map<Path, List<Change>> CHANGES = Map.of(
            CONTRACTS.resolve(Path.of("contracts", "message", "EventType.java")),
            List.of(new Change(
                    "    RUN_WAITING(\"run.waiting\", Ends.NOTHING),",
                    "    RUN_NOTED(\"run.noted\", Ends.NOTHING),\n")),
            ENGINE.resolve("EventBody.java"),
            List.of(new Change("    /** A run that was paused goes on. */", """
                        record RunNoted() implements OfRun {
                            @Override
                            public EventType type() {
                                return EventType.RUN_NOTED;
                            }
                        }

                    """)),
            ENGINE.resolve("EventCodec.java"),
            List.of(
                    new Change(
                            "            case EventBody.RunWaiting waiting -> Trees.put(data, waiting);",
                            "            case EventBody.RunNoted() -> {}\n"),
                    new Change(
                            "            case NODE_CANCELLED -> new EventBody.NodeCancelled();",
                            "            case RUN_NOTED -> new EventBody.RunNoted();\n")),
            ENGINE.resolve("RunFold.java"),
            List.of(new Change(
                    "            case RunRetried retried -> retry(run, at, retried);",
                    "            case EventBody.RunNoted() -> {}\n")),
            ENGINE.resolve("Decider.java"),
            List.of(new Change(
                    "        deadlines.watchRun();\n        progress.advance();\n    }\n\n    /** What slept long enough",
                    """
                            if (run.graph().name().equals("noted")) {
                                draft.emit(new EventBody.RunNoted());
                            }
                    """)));

    private NewerBuild() {}

    /** Compiles it; its classes are to go before those of this build. */
    public static Path compile(Path folder) throws IOException {
        Path sources = Files.createDirectories(folder.resolve("sources"));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        for (Map.Entry<Path, List<Change>> file : CHANGES.entrySet()) {
            String source = Files.readString(file.getKey());
            for (Change change : file.getValue()) {
                source = changed(source, change);
            }
            Files.writeString(sources.resolve(file.getKey().getFileName()), source);
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                var all = Files.list(sources)) {
            boolean compiled = compiler.getTask(
                            null,
                            files,
                            null,
                            List.of(
                                    "-d",
                                    classes.toString(),
                                    "-cp",
                                    WorkerProcess.classPath(),
                                    "-proc:none",
                                    "-nowarn"),
                            null,
                            files.getJavaFileObjectsFromPaths(all.toList()))
                    .call();
            if (!compiled) {
                throw new IllegalStateException("the newer build does not compile");
            }
        }
        return classes;
    }

    private static String changed(String source, Change change) {
        int place = source.indexOf(change.before());
        if (place < 0) {
            throw new IllegalStateException("no source has the line any more: " + change.before());
        }
        return source.substring(0, place) + change.added() + source.substring(place);
    }
}
