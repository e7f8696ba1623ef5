package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

@NullMarked
class StreamRoomTest {
    @AutoClose
    private final StreamRoom room = new StreamRoom("events", 1);

    @Test
    void whoComesWhenAllStreamsAreTakenIsSentToAnotherWorker() {
        room.serve("first", () -> {
            assertThat(room.open()).isOne();
            assertRefused();
        });
        assertThat(room.open()).isZero();
    }

    @Test
    void aReaderThatIsGoneAndAStreamThatBreaksGiveTheirPlaceBack() {
        room.serve("gone", () -> {
            throw new IOException("connection reset");
        });
        room.serve("broken", () -> {
            throw new IllegalStateException("a defect");
        });
        assertThat(room.open()).isZero();
    }

    @Test
    void aWorkerThatStopsEndsItsStreamsAndOpensNone() throws InterruptedException {
        assertThat(room.awaitClosing(0)).isFalse();
        room.close();
        assertThat(room.awaitClosing(60_000)).isTrue();
        assertRefused();
    }

    private void assertRefused() {
        assertThatThrownBy(() -> room.serve("late", () -> {}))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessage("this worker has 1 streams of events open, or stops; ask another one");
    }
}
