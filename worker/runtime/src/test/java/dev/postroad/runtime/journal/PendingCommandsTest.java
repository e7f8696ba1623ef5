package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.journal.PendingCommands.Kept;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

@NullMarked
final class PendingCommandsTest {
    private static final Kept UNTIL_IT_COMES = new Kept.UntilItComes();

    private static final Site SITE = Site.open(1);

    private final PendingCommands pending = new PendingCommands(SITE.sql());

    @AfterAll
    static void close() throws Exception {
        SITE.close();
    }

    @Test
    void saysOfEachOfManyWhatBecomesOfIt() {
        SITE.sql().useHandle(handle -> {
            handle.execute(
                    "INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, queued_at)"
                            + " VALUES ('met', 7, 'met', 1, 'running', 0, '{}', now())");
            handle.execute(
                    "INSERT INTO postroad.pruned_runs (run_id, graph, ended_at) VALUES ('pruned', 'met', now())");
        });
        List<Kept> kept = pending.keep(List.of(
                command("alone", "1"),
                command("pruned", "1"),
                command("met", "1"),
                command("alone", "2"),
                command("alone", "1")));
        assertThat(kept.get(1)).isInstanceOf(Kept.NotAsPruned.class);
        assertThat(List.of(kept.get(0), kept.get(2), kept.get(3), kept.get(4)))
                .containsExactly(UNTIL_IT_COMES, new Kept.ForRun(7), UNTIL_IT_COMES, UNTIL_IT_COMES);
        assertThat(keptOf("alone")).containsExactly("1", "2");
        assertThat(keptOf("met")).containsExactly("1");
        assertThat(keptOf("pruned")).isEmpty();
    }

    @Test
    void keepsNoMoreOfARunThanItMayHoweverManyComeTogether() {
        List<PendingCommand> many = IntStream.range(0, PendingCommands.MOST_OF_A_RUN + 2)
                .mapToObj(i -> command("full", "c" + i))
                .toList();
        List<Kept> kept = pending.keep(many);
        assertThat(kept.subList(0, PendingCommands.MOST_OF_A_RUN)).containsOnly(UNTIL_IT_COMES);
        assertThat(kept.subList(PendingCommands.MOST_OF_A_RUN, many.size())).containsOnly(new Kept.NotAsFull());
        assertThat(pending.keep(List.of(command("full", "c0"), command("full", "other"))))
                .containsExactly(UNTIL_IT_COMES, new Kept.NotAsFull());
    }

    private static PendingCommand command(String runId, String commandId) {
        return new PendingCommand(runId, commandId, "{\"type\":\"cancel\"}");
    }

    private static List<String> keptOf(String runId) {
        return SITE.sql()
                .withHandle(handle -> handle.createQuery(
                                "SELECT command_id FROM postroad.pending_commands WHERE run_id = :runId ORDER BY number")
                        .bind("runId", runId)
                        .mapTo(String.class)
                        .list());
    }
}
