package dev.postroad.runtime.testing;

import dev.postroad.contracts.message.EventType;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * What a first worker's process loaded and linked, as the JVM keeps it (an archive of classes): all after it start in half
 * the time. Made once for what is compiled, by whichever process of tests needs it first, while others wait for it; kept
 * below {@code target}.
 *
 * @param classPath that of the tests, with jars for its folders, of whose classes the JVM keeps nothing
 * @param archive not there where the JVM made none, and workers start as ever
 */
@NullMarked
record KeptWorker(String classPath, Path archive) {
    private static final List<String> QUIETLY = List.of("-Xlog:aot*=off", "-Xlog:cds*=off");
    private static final String GRAPH = """
            graph: first
            state: { sum: { reducer: last }, log: { reducer: append } }
            nodes: { turn: { agent: test-busy, input: "{'sum': 1}" } }
            edges: [{ from: START, to: turn }, { from: turn, to: END }]
            """;

    private static @Nullable KeptWorker kept;

    /** That of a class path. */
    static synchronized KeptWorker of(String classPath) {
        KeptWorker known = kept;
        if (known == null) {
            known = find(classPath);
            kept = known;
        }
        return known;
    }

    /** What a process is to be told of it. */
    List<String> flags() {
        return Files.exists(archive)
                ? Stream.concat(Stream.of("-XX:SharedArchiveFile=" + archive), QUIETLY.stream())
                        .toList()
                : List.of();
    }

    private static KeptWorker find(String classPath) {
        try {
            List<Path> paths = Stream.of(classPath.split(File.pathSeparator))
                    .map(Path::of)
                    .filter(Files::exists)
                    .toList();
            Path all = Files.createDirectories(Path.of("target", "workers").toAbsolutePath());
            Path lock = all.resolveSibling("workers.lock");
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                Path folder = all.resolve(state(paths));
                Path made = folder.resolve("made");
                if (!Files.exists(made)) {
                    deleteAllIn(all);
                    make(paths, Files.createDirectories(folder));
                    Files.createFile(made);
                }
                return in(folder, paths);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static KeptWorker in(Path folder, List<Path> paths) {
        List<String> jars = new ArrayList<>();
        for (Path path : paths) {
            jars.add((Files.isDirectory(path) ? folder.resolve(jars.size() + ".jar") : path).toString());
        }
        return new KeptWorker(String.join(File.pathSeparator, jars), folder.resolve("worker.jsa"));
    }

    /** Changes with whatever is compiled anew. */
    private static String state(List<Path> paths) throws IOException {
        StringBuilder state = new StringBuilder(System.getProperty("java.vm.version"));
        for (Path path : paths) {
            for (Path file : files(path)) {
                state.append(file).append(Files.size(file)).append(Files.getLastModifiedTime(file));
            }
        }
        return UUID.nameUUIDFromBytes(state.toString().getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private static List<Path> files(Path path) throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void make(List<Path> paths, Path folder) throws IOException {
        for (int i = 0; i < paths.size(); i++) {
            if (Files.isDirectory(paths.get(i))) {
                pack(paths.get(i), folder.resolve(i + ".jar"));
            }
        }
        runOne(in(folder, paths), folder.resolve("first.log"));
    }

    /** What is of classes that were compiled before. */
    private static void deleteAllIn(Path all) throws IOException {
        for (Path old : files(all)) {
            Files.delete(old);
        }
    }

    private static void pack(Path folder, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> all = Files.walk(folder)) {
            out.setLevel(0);
            for (Path path : all.filter(path -> !path.equals(folder)).sorted().toList()) {
                String name = folder.relativize(path).toString().replace(File.separatorChar, '/');
                out.putNextEntry(new JarEntry(Files.isDirectory(path) ? name + "/" : name));
                if (Files.isRegularFile(path)) {
                    Files.copy(path, out);
                }
            }
        }
    }

    private static void runOne(KeptWorker worker, Path log) {
        List<String> flags = Stream.concat(Stream.of("-XX:ArchiveClassesAtExit=" + worker.archive()), QUIETLY.stream())
                .toList();
        try (Site site = Site.open();
                WorkerProcess first = WorkerProcess.start(site.environment(Map.of()), flags, worker.classPath(), log)) {
            first.awaitReady();
            site.apply(GRAPH);
            site.trigger("first", "run", "{}");
            site.journalWith("run", event -> event.type() == EventType.RUN_COMPLETED);
            first.terminate();
        }
    }
}
