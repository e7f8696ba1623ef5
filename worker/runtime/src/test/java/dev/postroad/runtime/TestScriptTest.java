package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one door, where something that it needs is missing. */
@NullMarked
class TestScriptTest {
    private static final Path SCRIPTS = Path.of("..", "..", "scripts");

    @Test
    void withoutMavenItSaysSoAndFails(@TempDir Path root) throws IOException, InterruptedException {
        for (String script : List.of("test", "lib/java.sh")) {
            Path copy = root.resolve("scripts").resolve(script);
            Files.createDirectories(copy.getParent());
            Files.copy(SCRIPTS.resolve(script), copy);
        }
        Path tools = Files.createDirectory(root.resolve("tools"));
        for (String tool : List.of("bash", "dirname", "sed")) {
            Files.createSymbolicLink(tools.resolve(tool), onPath(tool));
        }
        ProcessBuilder door = new ProcessBuilder(root.resolve("scripts/test").toString()).redirectErrorStream(true);
        door.environment().clear();
        door.environment().putAll(Map.of("PATH", tools.toString(), "JAVA_HOME", System.getProperty("java.home")));
        Process process = door.start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("postroad: Maven was not found; install it (https://maven.apache.org)\n");
        assertThat(process.waitFor()).isEqualTo(1);
    }

    private static Path onPath(String tool) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(directory -> Path.of(directory, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }
}
