package dev.postroad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What differs from one build of the same sources to the next is in no jar: when, where and by whom it was built. */
@NullMarked
final class JarsTest {
    private static final Path ROOT = Path.of("..", "..");

    @ParameterizedTest
    @ValueSource(strings = {"contracts", "migrations", "worker/engine", "worker/embedded", "worker/runtime"})
    void tellNothingOfTheirBuild(String module) throws IOException {
        Path target = ROOT.resolve(module).resolve("target");
        List<Path> jars = Files.exists(target) ? jars(target) : List.of();
        assumeTrue(!jars.isEmpty(), "skipped: the module is not packaged yet");
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        String date = pom.replaceFirst("(?s).*<project.build.outputTimestamp>(.*?)Z</.*", "$1");
        for (Path path : jars) {
            try (JarFile jar = new JarFile(path.toFile())) {
                assertThat(jar.stream().map(ZipEntry::getTimeLocal).distinct())
                        .as(path.toString())
                        .containsExactly(LocalDateTime.parse(date));
                assertThat(jar.getManifest().getMainAttributes().keySet())
                        .extracting(Object::toString)
                        .doesNotContain("Built-By", "Build-Time", "Build-Jdk", "Bnd-LastModified");
            }
        }
    }

    private static List<Path> jars(Path target) throws IOException {
        try (var files = Files.list(target)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
    }
}
