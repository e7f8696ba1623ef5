package dev.postroad.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A link before a service that says what it hears. */
@Timeout(60)
class LinkTest {
    private final ServerSocket echo = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    private final Link link = new Link(echo.getLocalPort());

    LinkTest() throws IOException {}

    @BeforeEach
    void serve() {
        Thread.ofVirtual().start(() -> {
            while (!echo.isClosed()) {
                try {
                    Socket socket = echo.accept();
                    Thread.ofVirtual().start(() -> answer(socket));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    private static void answer(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException ended) {
            // Then there is nothing to answer.
        }
    }

    @AfterEach
    void close() throws IOException {
        link.close();
        echo.close();
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), link.port());
    }

    private static int say(Socket socket, int what) throws IOException {
        socket.getOutputStream().write(what);
        return socket.getInputStream().read();
    }

    @Test
    void whatIsSaidArrivesAndIsAnswered() throws IOException {
        try (Socket socket = connect()) {
            assertThat(say(socket, 7)).isEqualTo(7);
            link.delay(Duration.ofMillis(5));
            assertThat(say(socket, 8)).isEqualTo(8);
        }
    }

    @Test
    void aCutEndsWhatThereIsAndRefusesWhatComesUntilItIsMended() throws IOException {
        try (Socket socket = connect()) {
            assertThat(say(socket, 7)).isEqualTo(7);
            link.cut();
            assertThat(endOf(socket)).isEqualTo(-1);
            try (Socket another = connect()) {
                assertThat(endOf(another)).isEqualTo(-1);
            }
        }
        link.mend();
        try (Socket socket = connect()) {
            assertThat(say(socket, 9)).isEqualTo(9);
        }
    }

    /** A connection that was ended abruptly reads as one that was ended. */
    private static int endOf(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (IOException reset) {
            return -1;
        }
    }

    @Test
    void aHalfOpenOneIsSilentAlsoWhenNewOnesWorkAgain() throws IOException {
        try (Socket socket = connect()) {
            assertThat(say(socket, 7)).isEqualTo(7);
            link.halfOpen();
            socket.setSoTimeout(50);
            assertThatThrownBy(() -> say(socket, 8)).isInstanceOf(SocketTimeoutException.class);
            link.mend();
            try (Socket another = connect()) {
                assertThat(say(another, 9)).isEqualTo(9);
            }
            assertThatThrownBy(() -> say(socket, 8)).isInstanceOf(SocketTimeoutException.class);
        }
    }
}
