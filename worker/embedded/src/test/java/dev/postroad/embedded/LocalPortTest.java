package dev.postroad.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalPortTest {
    private final List<ServerSocket> others = new ArrayList<>();

    @AfterEach
    void leave() throws IOException {
        for (ServerSocket other : others) {
            other.close();
        }
    }

    private static ServerSocket bind(int port) {
        try {
            return new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException inUse) {
            throw new EmbeddedServerException("it does not start on " + port, inUse);
        }
    }

    /** Binds a port after somebody else did, for so many times. */
    private LocalPort.Starting<ServerSocket> late(int times) {
        return port -> {
            if (others.size() < times) {
                others.add(bind(port));
            }
            return bind(port);
        };
    }

    @Test
    void aServerThatComesTooLateForAFreePortStartsOnAnother() {
        try (ServerSocket started = LocalPort.claim(0, "it", "--port", late(2))) {
            assertThat(others).hasSize(2).noneMatch(other -> other.getLocalPort() == started.getLocalPort());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void aServerForWhichEachPortIsTakenGivesUpAndSaysSo() {
        assertThatThrownBy(() -> LocalPort.claim(0, "it", "--port", late(100)))
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessage(
                        "Each of 5 free ports of 127.0.0.1 was taken before it could bind it; start it again: it does not"
                                + " start on " + others.getLast().getLocalPort());
    }

    @Test
    void aServerThatFailsOnAPortThatIsFreeIsNotTriedAgain() {
        List<Integer> tried = new ArrayList<>();
        assertThatThrownBy(() -> LocalPort.claim(0, "it", "--port", port -> {
                    tried.add(port);
                    throw new EmbeddedServerException("its data cannot be read");
                }))
                .hasMessage("its data cannot be read");
        assertThat(tried).hasSize(1);
    }

    @Test
    void aPortThatWasAskedForAndTakenMeanwhileIsToldWithWhatToDo() {
        LocalPort.Starting<ServerSocket> late = late(1);
        int port = LocalPort.free();
        assertThatThrownBy(() -> LocalPort.claim(port, "it", "--port", late))
                .hasMessage("Port " + port
                        + " of 127.0.0.1, wanted for it, is in use by another process. Stop that process,"
                        + " or choose another port with --port (0 for any free one).");
    }
}
