package dev.postroad.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Measures on a few runs: whether the figures are those of what was done, not how good they are. */
class MeasuresTest {
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private static Ground ground;

    @SuppressWarnings("NullAway.Init")
    private static Site site;

    @BeforeAll
    static void start() throws Exception {
        ground = new Ground();
        site = new Site(ground, "bench", 100);
    }

    @AfterAll
    static void stop() throws IOException {
        site.close();
        ground.close();
    }

    @Test
    void countsTheBytesAndIndexEntriesOfATransition() throws Exception {
        int nodes = 4;
        int runs = 50;
        ObjectNode figures = new ChainBytes(ground, site).measure(nodes, runs, 10);
        double rows = figures.get("rowsPerTransition").doubleValue();
        assertThat(figures.get("transitions").intValue()).isEqualTo(nodes * runs);
        JsonNode journal = figures.get("tables").get("journal");
        assertThat(journal.get("indexEntries").get("journal_pkey").doubleValue())
                .isCloseTo(rows, within(0.1));
        assertThat(journal.get("walRecords").doubleValue()).isGreaterThanOrEqualTo(2 * rows);
        assertThat(figures.get("walBytes").doubleValue())
                .isGreaterThan(journal.get("walBytes").doubleValue());
        assertThat(figures.get("bytesPerTransition").doubleValue())
                .isCloseTo(sum(figures, "heapBytes", "indexBytes", "walBytes"), within(0.01));
    }

    @Test
    void takesUpLongRunsWithSnapshotsAndWithout() throws Exception {
        ObjectNode figures = new LongRuns(site, 1_600, 2).measure(1);
        assertThat(figures.get("rowsOfEach").intValue()).isBetween(1_500, 1_700);
        assertThat(figures.get("snapshotsOfEach").intValue()).isPositive();
        assertThat(figures.get("decided").get("p50Millis").doubleValue()).isPositive();
        assertThat(figures.get("ratioToWithoutSnapshots").doubleValue()).isPositive();
    }

    @Test
    void showsConsolesWhatChanges() throws Exception {
        ObjectNode figures = new ConsoleRounds(site, 50, 3).measure(1);
        assertThat(figures.get("changesSeen").intValue()).isGreaterThanOrEqualTo(3);
        assertThat(figures.get("watchedToAlone").doubleValue()).isPositive();
    }

    private static double sum(ObjectNode figures, String... names) {
        double sum = 0;
        for (String name : names) {
            sum += figures.get(name).doubleValue();
        }
        return sum;
    }
}
