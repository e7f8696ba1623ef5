package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;

/** What a person does in the console to runs, agents, graphs and all else, by screens; beside {@link ConsoleTest}. */
@NullMarked
final class ConsoleActionsTest implements ConsoleRunActions, ConsoleOperationActions, ConsoleFrameActions {
    private static final ConsolePlace PLACE = ConsolePlace.open();

    @AfterAll
    static void stop() {
        PLACE.close();
    }

    @AfterEach
    void leavesTheOriginNowhereAndBreaksNoPolicy() {
        PLACE.browsing().leavePages();
        assertThat(PLACE.browsing().faults()).isEmpty();
    }

    @Override
    public ConsolePlace place() {
        return PLACE;
    }
}
