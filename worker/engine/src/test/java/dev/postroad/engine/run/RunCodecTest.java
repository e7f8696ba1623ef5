package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** That any run is read back as the same at any event is checked by all simulated runs; see {@link SimulatedRun}. */
@NullMarked
class RunCodecTest {
    /** Whoever adds a part to a run writes it out in {@link RunCodec}, gives it another layout, and adds it here. */
    @Test
    void everyPartOfARunIsWrittenOut() {
        assertThat(Arrays.stream(Run.class.getDeclaredFields())
                        .filter(field -> !Modifier.isStatic(field.getModifiers()))
                        .map(Field::getName))
                .containsExactlyInAnyOrder(
                        "id",
                        "graph",
                        "migrating",
                        "migrations",
                        "arrival",
                        "phase",
                        "seq",
                        "lastAt",
                        "startedAt",
                        "version",
                        "root",
                        "baseline",
                        "superstepAt",
                        "stirredAt",
                        "tokens",
                        "spent",
                        "spentBefore",
                        "warned",
                        "breakpoints",
                        "enqueued",
                        "completedNodes",
                        "progress",
                        "appliedCommands",
                        "rejections");
        assertThat(parts(Frame.class)).isEqualTo("graph prefix input superstep position allowance contents");
        assertThat(parts(Position.class)).isEqualTo("triggers last closed lineage");
        assertThat(parts(Allowance.class)).isEqualTo("spent cleared passed");
        assertThat(parts(Contents.class)).isEqualTo("state mostBytes written");
        assertThat(parts(Arrival.Admitted.class)).isEqualTo("admission at");
        assertThat(parts(Phase.Pausing.class)).isEqualTo("commandId at");
        assertThat(parts(Phase.Halted.class)).isEqualTo("error");
        assertThat(parts(Phase.Failed.class)).isEqualTo("error");
        assertThat(parts(Task.class))
                .isEqualTo("id node place status attempt spent dueAt waitsFor writes next interrupt answers failure"
                        + " child dispatch doubtful");
        assertThat(parts(Dispatch.class)).isEqualTo("agent at deadline heartbeat polling");
        assertThat(parts(Polling.class)).isEqualTo("handle every");
        assertThat(parts(Task.Place.class)).isEqualTo("index input error branch");
        assertThat(parts(Branch.class)).isEqualTo("superstep causes seen");
        assertThat(parts(Lineage.class)).isEqualTo("base done arrived");
        assertThat(parts(Migration.Asked.class)).isEqualTo("commandId graph");
        assertThat(parts(Migration.Done.class)).isEqualTo("seq from");
        assertThat(parts(Rejections.class)).isEqualTo("counts");
        assertThat(parts(Triggers.class)).isEqualTo("seen released deferred due");
    }

    private static String parts(Class<?> record) {
        return String.join(
                " ",
                Arrays.stream(record.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList());
    }
}
