package dev.postroad.runtime.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.NullMarked;

/** A caller that sends and reads as little as it likes. */
@NullMarked
final class SlowCaller implements AutoCloseable {
    private static final int SMALLEST_BUFFER = 4_096;
    private static final int MILLIS_OF_A_READ = 50;

    private final Socket socket = new Socket();
    private boolean isRefused;

    SlowCaller(int port) throws IOException {
        socket.setReceiveBufferSize(SMALLEST_BUFFER);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(MILLIS_OF_A_READ);
    }

    /** Sends, unless the other side takes nothing any more. */
    SlowCaller send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException closed) {
            isRefused = true;
        }
        return this;
    }

    /** Reads a while; whether the other side has ended the connection. */
    boolean isClosed() throws IOException {
        try {
            return isRefused || socket.getInputStream().readNBytes(SMALLEST_BUFFER).length < SMALLEST_BUFFER;
        } catch (SocketTimeoutException open) {
            return isRefused;
        } catch (SocketException reset) {
            return true;
        }
    }

    /** Reads a while; whether what came begins so. */
    boolean has(String beginning) throws IOException {
        try {
            return new String(socket.getInputStream().readNBytes(beginning.length()), StandardCharsets.ISO_8859_1)
                    .equals(beginning);
        } catch (SocketTimeoutException | SocketException none) {
            return false;
        }
    }

    /** Everything that comes until the other side ends the connection. */
    String readAll(Duration limit) throws IOException {
        socket.setSoTimeout((int) limit.toMillis());
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(all);
        } catch (SocketException reset) {
            // What came before counts.
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
