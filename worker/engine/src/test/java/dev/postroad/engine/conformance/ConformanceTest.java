package dev.postroad.engine.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Behaves as LangGraph does in every recorded case, those of its Python and those of its JavaScript, which
 * {@code src/test/recorder} records. Another folder of cases is taken by {@code -Dpostroad.vectors=DIR}.
 */
class ConformanceTest {
    private static final String FOLDER = "postroad.vectors";

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void behavesAsRecorded(Path file) throws Exception {
        JsonNode recorded = Json.read(Files.readString(file));
        new CaseSteps(recorded).check();
        if (CaseSteps.hasStops(recorded)) {
            CaseSteps.pausing(recorded).check();
        }
    }

    @Test
    void findsCases() throws Exception {
        for (Path folder : folders()) {
            assertThat(cases(folder)).as("cases in " + folder).isNotEmpty();
        }
    }

    static List<Path> cases() throws IOException, URISyntaxException {
        List<Path> all = new ArrayList<>();
        for (Path folder : folders()) {
            all.addAll(cases(folder));
        }
        return all;
    }

    private static List<Path> cases(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> folders() throws URISyntaxException {
        String named = System.getProperty(FOLDER);
        if (named != null && !named.isEmpty()) {
            // Maven runs the tests in the module's folder, its user stands in the project's.
            Path fromProject = Path.of("..", "..").resolve(named);
            boolean isThere = Files.isDirectory(Path.of(named)) || !Files.isDirectory(fromProject);
            return List.of(isThere ? Path.of(named) : fromProject);
        }
        return List.of(own("/conformance"), own("/conformance-js"));
    }

    private static Path own(String folder) throws URISyntaxException {
        URL found = Objects.requireNonNull(ConformanceTest.class.getResource(folder));
        return Path.of(found.toURI());
    }
}
