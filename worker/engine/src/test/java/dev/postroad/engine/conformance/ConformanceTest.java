package dev.postroad.engine.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Behaves as LangGraph does in every recorded case. Another folder of cases is taken by {@code -Dpostroad.vectors=DIR}.
 */
class ConformanceTest {
    private static final String FOLDER = "postroad.vectors";

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void behavesAsRecorded(String file) throws Exception {
        JsonNode recorded = Json.read(Files.readString(folder().resolve(file)));
        new CaseSteps(recorded).check();
    }

    @Test
    void findsCases() throws Exception {
        assertThat(cases()).as("cases in " + folder()).isNotEmpty();
    }

    static List<String> cases() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    private static Path folder() throws URISyntaxException {
        String named = System.getProperty(FOLDER);
        if (named != null && !named.isEmpty()) {
            // Maven runs the tests in the module's folder, its user stands in the project's.
            Path fromProject = Path.of("..", "..").resolve(named);
            return Files.isDirectory(Path.of(named)) || !Files.isDirectory(fromProject) ? Path.of(named) : fromProject;
        }
        URL own = Objects.requireNonNull(ConformanceTest.class.getResource("/conformance"));
        return Path.of(own.toURI());
    }
}
