package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The picture of the code in {@code CONTRIBUTING.md}. */
@NullMarked
class PictureTest {
    private static final Path ROOT = Path.of("..", "..");
    private static final Path PAGE = ROOT.resolve("CONTRIBUTING.md");
    private static final String BEGIN = "<!-- The picture: drawn by PictureTest. -->\n";
    private static final String END = "<!-- The end of the picture. -->\n";
    private static final String DRAW =
            "mvn -pl worker/runtime -am test -Dtest=PictureTest -Dsurefire.failIfNoSpecifiedTests=false -Dpostroad.picture=draw";

    private static Map<String, String> houses() {
        Map<String, String> houses = new LinkedHashMap<>();
        houses.put("", "The modules:");
        houses.put("contracts", "Inside `contracts`:");
        houses.put("engine", "Inside `worker/engine`:");
        houses.put("runtime", "Inside `worker/runtime`, where `Worker` wires all of them:");
        houses.put("runtime.run", "Inside `run`, which steps runs:");
        houses.put("runtime.agent", "Inside `agent`:");
        houses.put("runtime.history", "Inside `history`:");
        houses.put("cli", "Inside `worker/cli`:");
        return houses;
    }

    @Test
    void thePageShowsTheCodeAsItIs() throws IOException {
        StringBuilder drawn = new StringBuilder();
        for (Map.Entry<String, String> house : houses().entrySet()) {
            Picture picture = Picture.of(ROOT, house.getKey());
            assertThat(picture.circles())
                    .as(house.getValue() + " arrows that run back")
                    .isEmpty();
            drawn.append('\n').append(house.getValue()).append("\n\n").append(picture.mermaid());
        }
        String page = Files.readString(PAGE);
        String now =
                page.substring(0, page.indexOf(BEGIN) + BEGIN.length()) + drawn + page.substring(page.indexOf(END));
        if ("draw".equals(System.getProperty("postroad.picture"))) {
            Files.writeString(PAGE, now);
        }
        assertThat(Files.readString(PAGE))
                .as("the code has moved on; draw its picture anew by: " + DRAW)
                .isEqualTo(now);
    }
}
