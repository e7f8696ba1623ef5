package dev.postroad.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunStatus;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class RunProgressTest {
    @Test
    void isOverOnlyUntilTheRunIsRetried() {
        RunProgress failed = Events.fold(List.of(Events.ofRun(1, EventType.RUN_FAILED, 0, 0.5, "{}")));
        assertThat(failed.end()).isNotNull();
        RunProgress refused = failed.after(Events.ofRun(2, EventType.COMMAND_REJECTED, 1, 0.5, "{}"));
        assertThat(refused.end()).isNotNull();
        RunProgress retried = refused.after(Events.ofRun(3, EventType.RUN_RETRIED, 2, 0.5, "{}"));
        assertThat(retried.end()).isNull();
        assertThat(retried.status()).isEqualTo(RunStatus.RUNNING);
        assertThat(retried.seq()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RUN_RESUMED | {} | RUNNING",
                "RUN_UNPAUSED | {} | RUNNING",
                "RUN_CONTINUED | {'mode':'applied'} | RUNNING",
                "RUN_CONTINUED | {'mode':'rolled_back'} | RUNNING",
                "RUN_ROLLED_BACK | {'toVersion':1,'resume':true} | RUNNING",
                "RUN_ROLLED_BACK | {'toVersion':1,'resume':false} | PAUSED",
                "STATE_UPDATED | {'asNode':'plan'} | PAUSED",
                "RUN_WAITING | {'interrupts':[]} | WAITING",
            },
            quoteCharacter = '`')
    void isNotOverAnyMoreWhereTheRunGoesOnOrRests(EventType type, String data, RunStatus status) {
        RunProgress failed = Events.fold(List.of(Events.ofRun(1, EventType.RUN_FAILED, 0, 0.5, "{}")));
        RunProgress after = failed.after(Events.ofRun(2, type, 1, 0.5, data.replace('\'', '"')));
        assertThat(after.status()).isEqualTo(status);
        assertThat(after.end()).isNull();
    }

    @Test
    void staysOverWhereInputIsOnlyKept() {
        RunProgress failed = Events.fold(List.of(Events.ofRun(1, EventType.RUN_FAILED, 0, 0.5, "{}")));
        RunProgress after = failed.after(Events.ofRun(2, EventType.RUN_CONTINUED, 1, 0.5, "{\"mode\":\"enqueued\"}"));
        assertThat(after.status()).isEqualTo(RunStatus.FAILED);
        assertThat(after.end()).isEqualTo(failed.end());
    }

    @Test
    void waitsUntilTheRunGoesOn() {
        RunProgress asking = Events.fold(Events.asking());
        assertThat(asking.after(Events.ofRun(9, EventType.COMMAND_REJECTED, 1, 0.5, "{}"))
                        .waiting())
                .isEqualTo(asking.waiting())
                .isNotNull();
        assertThat(asking.after(Events.ofRun(9, EventType.RUN_RESUMED, 1, 0.5, "{}"))
                        .waiting())
                .isNull();
    }

    @Test
    void keepsItsPlaceWhenAnEventOutsideTheJournalComes() {
        RunProgress progress = Events.fold(Events.upToTheMiddle());
        RunProgress after = progress.after(Events.ofRun(0, EventType.TRIGGER_DUPLICATE, 0, 0, "{}"));
        assertThat(after.seq()).isEqualTo(7);
        assertThat(after.share()).isEqualTo(0.25);
    }
}
