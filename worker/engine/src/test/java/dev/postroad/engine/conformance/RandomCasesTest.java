package dev.postroad.engine.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A thousand graphs by chance, recorded from LangGraph.js by {@code src/test/recorder}: each comes out the same here, or
 * otherwise for a reason that has a name.
 */
@NullMarked
class RandomCasesTest {
    private static final String RECORDED = "/conformance-random/langgraph-js-1.7.3.jsonl.gz";

    /** How many cases each reason may stand for, so that none becomes an excuse. */
    private static final Map<NamedDifference, Integer> MOST = new EnumMap<>(Map.of(
            NamedDifference.STOPS_AFTER_THE_LAST_NODE, 80,
            NamedDifference.FAN_OUT_OVER_NOTHING_IS_DONE, 5,
            NamedDifference.SIBLINGS_OF_A_FAILURE_FINISH, 10,
            NamedDifference.CONFLICT_WAITS_FOR_OPEN_QUESTIONS, 5));

    @Test
    void comeOutAsRecordedOrOtherwiseForANamedReason() throws Exception {
        List<JsonNode> cases = recorded();
        assertThat(cases).hasSize(1_000);
        Map<NamedDifference, Integer> differences = new EnumMap<>(NamedDifference.class);
        List<String> unexplained = new ArrayList<>();
        List<JsonNode> stopping = cases.stream().filter(CaseSteps::hasStops).toList();
        assertThat(stopping).hasSizeGreaterThan(100);
        for (int i = 0; i < cases.size() + stopping.size(); i++) {
            boolean pauses = i >= cases.size();
            JsonNode recorded = pauses ? stopping.get(i - cases.size()) : cases.get(i);
            CaseSteps steps = pauses ? CaseSteps.pausing(recorded) : new CaseSteps(recorded);
            AssertionError differs = differs(steps);
            if (differs != null) {
                NamedDifference reason = reason(recorded, steps.taken());
                if (reason == null) {
                    unexplained.add(differs.getMessage() + "\n" + recorded.get("graph"));
                } else {
                    differences.merge(reason, 1, Integer::sum);
                }
            }
        }
        assertThat(unexplained).isEmpty();
        MOST.forEach((reason, most) -> assertThat(differences.getOrDefault(reason, 0))
                .as(reason.name())
                .isBetween(1, most));
    }

    private static @Nullable AssertionError differs(CaseSteps steps) throws FaultsException {
        try {
            steps.check();
            return null;
        } catch (AssertionError differs) {
            return differs;
        }
    }

    private static @Nullable NamedDifference reason(JsonNode recorded, int step) {
        for (NamedDifference reason : NamedDifference.values()) {
            if (reason.explains(recorded, step)) {
                return reason;
            }
        }
        return null;
    }

    private static List<JsonNode> recorded() throws IOException, FaultsException {
        List<JsonNode> cases = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Objects.requireNonNull(RandomCasesTest.class.getResourceAsStream(RECORDED))),
                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                cases.add(Json.read(line));
            }
        }
        return cases;
    }
}
