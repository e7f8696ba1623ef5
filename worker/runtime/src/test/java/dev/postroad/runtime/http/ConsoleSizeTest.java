package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** How many bytes the console adds to what a worker is made of. */
@NullMarked
final class ConsoleSizeTest {
    private static final long MOST_BYTES = 5_000_000;

    /** One file of each library that is there for the console and its drawings alone; Guava came with CEL. */
    private static final List<String> OF_LIBRARIES = List.of(
            "/META-INF/resources/_static/htm/3.1.1/preact/standalone.module.js",
            "/org/eclipse/elk/alg/layered/options/LayeredOptions.class",
            "/org/eclipse/elk/alg/common/compaction/oned/CGraph.class",
            "/org/eclipse/elk/core/options/CoreOptions.class",
            "/org/eclipse/elk/graph/ElkNode.class",
            "/org/eclipse/emf/ecore/EObject.class",
            "/org/eclipse/emf/common/util/EList.class");

    /** What is packed into the worker's own jar, before it is packed. */
    private static final List<String> OWN = List.of(
            "/postroad/console/app.js",
            "/dev/postroad/runtime/drawing/GraphLayout.class",
            "/dev/postroad/runtime/http/ConsoleRoutes.class");

    @Test
    void addsLessThanFiveMegabytes() {
        long libraries = OF_LIBRARIES.stream().mapToLong(ConsoleSizeTest::jarOf).sum();
        long own = OWN.stream().mapToLong(ConsoleSizeTest::folderOf).sum();
        System.out.printf("the console: %,d bytes of libraries, %,d of its own, unpacked%n", libraries, own);
        assertThat(libraries + own).isBetween(1_000_000L, MOST_BYTES);
    }

    private static URL found(String name) {
        return Objects.requireNonNull(ConsoleSizeTest.class.getResource(name), name);
    }

    private static long jarOf(String name) {
        try {
            URL jar = ((JarURLConnection) found(name).openConnection()).getJarFileURL();
            return Files.size(Path.of(jar.toURI()));
        } catch (IOException | URISyntaxException unreadable) {
            throw new IllegalStateException(name, unreadable);
        }
    }

    /** All of a folder; of one with other things in it what is named for the console. */
    private static long folderOf(String name) {
        Path folder = Objects.requireNonNull(
                Path.of(URI.create(found(name).toString())).getParent());
        boolean isShared = folder.endsWith("http");
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(
                            file -> !isShared || file.getFileName().toString().startsWith("Console"))
                    .mapToLong(ConsoleSizeTest::size)
                    .sum();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
