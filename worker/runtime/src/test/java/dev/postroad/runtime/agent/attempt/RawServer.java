package dev.postroad.runtime.agent.attempt;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server that speaks bytes and not HTTP, for everything that a well-behaved server does not do. */
public final class RawServer implements AutoCloseable {
    /** An accept or a read has no other limit, and cannot be interrupted. */
    private static final int LIMIT_MILLIS = 60_000;

    private final ServerSocket listening;

    private RawServer(ServerSocket listening) {
        this.listening = listening;
    }

    public static RawServer start() throws IOException {
        ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        listening.setSoTimeout(LIMIT_MILLIS);
        return new RawServer(listening);
    }

    public String url() {
        return "http://127.0.0.1:" + listening.getLocalPort() + "/v1";
    }

    /** Waits for a request and reads the first of it. */
    public Socket accept() throws IOException {
        Socket socket = listening.accept();
        socket.setSoTimeout(LIMIT_MILLIS);
        awaitRequest(socket);
        return socket;
    }

    /** Waits for a request on a connection, and reads the first of it. */
    public static void awaitRequest(Socket socket) throws IOException {
        byte[] first = new byte[1 << 16];
        if (socket.getInputStream().read(first) < 0) {
            throw new IOException("connected without a request");
        }
    }

    public static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    /** Closes with a reset instead of an orderly end. */
    public static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Waits until the other side has closed the connection. */
    public static void awaitHangUp(Socket socket) throws IOException {
        InputStream requests = socket.getInputStream();
        try {
            while (requests.read() >= 0) {
                // Reads what is left of the request.
            }
        } catch (java.net.SocketException reset) {
            // As good as an end.
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
