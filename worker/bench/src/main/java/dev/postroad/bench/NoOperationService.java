package dev.postroad.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An agent behind HTTP that answers at once, as {@link NoOperation} does. One thread, no objects for a request, and of
 * HTTP/1.1 no more than a client's POST needs, so that it is not what is measured. Confined to one thread.
 */
final class NoOperationService {
    private static final int BACKLOG = 4_096;
    private static final int MOST_BYTES = 1 << 16;
    private static final String LENGTH = "\ncontent-length:";
    private static final byte[] ANSWER =
            ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n"
                            + "{\"output\": {\"count\": 1}}")
                    .getBytes(StandardCharsets.US_ASCII);

    private final Selector selector = Selector.open();
    private final ServerSocketChannel door = ServerSocketChannel.open();
    /** What came, of all connections by turns: a request comes in one piece, but where it does not it waits in its own. */
    private final ByteBuffer input = ByteBuffer.allocate(MOST_BYTES);

    NoOperationService() throws IOException {
        door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        door.configureBlocking(false);
        door.register(selector, SelectionKey.OP_ACCEPT);
    }

    int port() throws IOException {
        return ((InetSocketAddress) door.getLocalAddress()).getPort();
    }

    /** Answers until its thread is interrupted. */
    void run() throws IOException {
        while (!Thread.currentThread().isInterrupted()) {
            selector.select(key -> {
                try {
                    turn(key);
                } catch (IOException gone) {
                    key.cancel();
                    close(key);
                }
            });
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException closedAnyway) {
            throw new IllegalStateException(closedAnyway);
        }
    }

    private void turn(SelectionKey key) throws IOException {
        if (key.isAcceptable()) {
            SocketChannel come = door.accept();
            come.setOption(StandardSocketOptions.TCP_NODELAY, true);
            come.configureBlocking(false);
            come.register(selector, SelectionKey.OP_READ);
            return;
        }
        SocketChannel channel = (SocketChannel) key.channel();
        input.clear();
        if (key.attachment() instanceof byte[] before) {
            input.put(before);
        }
        if (channel.read(input) < 0) {
            channel.close();
            return;
        }
        int answered = 0;
        int end = end(answered);
        while (end > 0) {
            answer(channel);
            answered = end;
            end = end(answered);
        }
        key.attach(rest(answered));
    }

    private byte @Nullable [] rest(int from) {
        if (from == input.position()) {
            return null;
        }
        byte[] rest = new byte[input.position() - from];
        input.get(from, rest);
        return rest;
    }

    /** Where the request ends that begins at a place; 0 where it is not whole yet. */
    private int end(int from) {
        byte[] bytes = input.array();
        int length = 0;
        for (int i = from; i + 3 < input.position(); i++) {
            if (bytes[i] != '\r' && bytes[i] != '\n') {
                continue;
            }
            if (bytes[i] == '\n' && isLength(bytes, i)) {
                length = number(bytes, i + LENGTH.length());
            }
            if (bytes[i] == '\r' && bytes[i + 2] == '\r') {
                int end = i + 4 + length;
                return end <= input.position() ? end : 0;
            }
        }
        return 0;
    }

    private boolean isLength(byte[] bytes, int from) {
        if (from + LENGTH.length() >= input.position()) {
            return false;
        }
        for (int i = 0; i < LENGTH.length(); i++) {
            if (Character.toLowerCase((char) bytes[from + i]) != LENGTH.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int number(byte[] bytes, int from) {
        int number = 0;
        for (int i = from; bytes[i] != '\r'; i++) {
            number = bytes[i] == ' ' ? number : number * 10 + bytes[i] - '0';
        }
        return number;
    }

    private static void answer(SocketChannel channel) throws IOException {
        ByteBuffer answer = ByteBuffer.wrap(ANSWER);
        while (answer.hasRemaining()) {
            // A client that sends before it reads what it was answered fills no buffer with so little.
            channel.write(answer);
        }
    }

    /** Serves until its input ends, and says {@code ready} with its port before. */
    public static void main(String[] arguments) throws IOException {
        NoOperationService service = new NoOperationService();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                service.run();
            } catch (IOException broken) {
                throw new IllegalStateException(broken);
            }
        });
        System.out.println(String.format(Locale.ROOT, "ready %d", service.port()));
        System.in.transferTo(java.io.OutputStream.nullOutputStream());
        System.exit(0);
    }
}
