package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.runs.RunCounts;
import dev.postroad.runtime.history.runs.RunOrder;
import dev.postroad.runtime.history.runs.RunPage;
import dev.postroad.runtime.history.runs.RunSummary;
import dev.postroad.runtime.http.ListingLooks.Seen;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the reader of a listing is sent from one look to the next. */
@NullMarked
final class ListingChangeTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    private final ListingChange change = new ListingChange(RunOrder.NEWEST);

    private static RunSummary run(String id, int minute, RunStatus status) {
        return new RunSummary(
                id,
                "graph",
                1,
                status,
                0,
                JsonNodeFactory.instance.objectNode(),
                Map.of(),
                null,
                NOON.plusSeconds(60L * minute),
                null,
                null,
                null,
                null,
                null,
                List.of());
    }

    private static Seen seen(@Nullable String next, long questions, RunSummary... runs) {
        return new Seen(
                new RunPage(List.of(runs), next), new RunCounts(NOON, Map.of(RunStatus.RUNNING, 1L), questions));
    }

    private ObjectNode sent(Seen seen) {
        return change.after(seen).orElseThrow();
    }

    @Test
    void sendsAllThatIsThereFirstAndThenOnlyWhatIsNew() {
        RunSummary old = run("old", 1, RunStatus.RUNNING);
        assertThat(sent(seen(null, 0, old)).path("runs").findValuesAsText("runId"))
                .containsExactly("old");
        ObjectNode second = sent(seen(null, 0, run("new", 2, RunStatus.QUEUED), old));
        assertThat(second.path("runs").findValuesAsText("runId")).containsExactly("new");
        assertThat(second.has("counts")).isFalse();
        assertThat(change.after(seen(null, 0, run("new", 2, RunStatus.QUEUED), old)))
                .isEmpty();
    }

    @Test
    void sendsWhatIsOtherThanItWas() {
        sent(seen(null, 0, run("it", 1, RunStatus.RUNNING)));
        assertThat(sent(seen(null, 0, run("it", 1, RunStatus.COMPLETED)))
                        .path("runs")
                        .findValuesAsText("status"))
                .containsExactly("completed");
    }

    @Test
    void tellsWhatIsNoLongerWantedAndNotWhatNewerOnesPushedOffThePage() {
        sent(seen("more", 0, run("third", 3, RunStatus.RUNNING), run("second", 2, RunStatus.RUNNING)));
        ObjectNode json =
                sent(seen("more", 0, run("fourth", 4, RunStatus.RUNNING), run("third", 3, RunStatus.RUNNING)));
        assertThat(json.path("gone")).isEmpty();
        json = sent(seen("more", 0, run("fourth", 4, RunStatus.RUNNING), run("second", 2, RunStatus.RUNNING)));
        assertThat(json.path("gone").get(0).asText()).isEqualTo("third");
        json = sent(seen(null, 0, run("fourth", 4, RunStatus.RUNNING)));
        assertThat(json.path("gone").get(0).asText()).isEqualTo("second");
    }

    @Test
    void tellsWhatIsNoLongerWantedWhereTheOldestComeFirst() {
        ListingChange oldest = new ListingChange(RunOrder.OLDEST);
        RunSummary first = run("first", 1, RunStatus.RUNNING);
        RunSummary second = run("second", 2, RunStatus.RUNNING);
        oldest.after(seen("more", 0, first, second));
        assertThat(oldest.after(seen("more", 0, second, run("third", 3, RunStatus.RUNNING)))
                        .orElseThrow()
                        .path("gone"))
                .containsExactly(JsonNodeFactory.instance.textNode("first"));
        assertThat(oldest.after(seen("more", 0, first, second)).orElseThrow().path("gone"))
                .as("those behind the page are wanted all the same")
                .isEmpty();
    }

    @Test
    void sendsCountsWhenTheyAreOthers() {
        sent(seen(null, 1));
        assertThat(change.after(seen(null, 1))).isEmpty();
        assertThat(sent(seen(null, 2)).at("/counts/questions").asInt()).isEqualTo(2);
    }
}
