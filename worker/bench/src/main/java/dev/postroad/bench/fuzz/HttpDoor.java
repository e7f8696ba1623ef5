package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.bench.fuzz.Shot.ToSocket;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Throws requests at the worker's port, a few at a time. What keeps to HTTP has to be answered by something below 500, or
 * by 503 with a reason; what does not may be cut off, or be told that it is of no version of HTTP. Thread-safe.
 */
final class HttpDoor implements AutoCloseable {
    private static final int AT_ONCE = 8;
    private static final int ANSWER_MILLIS = 30_000;
    private static final int GARBAGE_MILLIS = 2_000;
    private static final int MOST_BYTES = 2_000;
    private static final int UNAVAILABLE = 503;
    private static final int VERSION_NOT_SUPPORTED = 505;
    private static final int SERVER_ERROR = 500;

    private final int port;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final Map<String, Long> answers = new TreeMap<>();
    private final ArrayNode unavailable = JsonNodeFactory.instance.arrayNode();
    private final ArrayNode faults = JsonNodeFactory.instance.arrayNode();

    HttpDoor(int port) {
        this.port = port;
    }

    /** Waits while too many are under way. */
    void send(long number, ToSocket shot) throws InterruptedException {
        room.acquire();
        threads.execute(() -> {
            try {
                answered(number, shot, ask(shot));
            } catch (IOException failed) {
                answered(number, shot, "none: " + failed.getMessage());
            } finally {
                room.release();
            }
        });
    }

    private String ask(ToSocket shot) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(shot.isSound() ? ANSWER_MILLIS : GARBAGE_MILLIS);
            socket.getOutputStream().write(shot.request());
            if (!shot.isSound()) {
                socket.shutdownOutput();
            }
            return read(socket.getInputStream());
        } catch (SocketTimeoutException late) {
            return "none in time";
        }
    }

    /** The beginning of an answer: a stream of events has no end. */
    private static String read(InputStream in) throws IOException {
        byte[] answer = new byte[MOST_BYTES];
        int length = 0;
        while (length < MOST_BYTES) {
            int more = in.read(answer, length, MOST_BYTES - length);
            if (more < 0) {
                break;
            }
            length += more;
            String text = new String(answer, 0, length, StandardCharsets.ISO_8859_1);
            int body = text.indexOf("\r\n\r\n");
            if (body >= 0 && (text.length() > body + 4 || text.contains("event-stream"))) {
                break;
            }
        }
        return new String(answer, 0, length, StandardCharsets.ISO_8859_1);
    }

    private synchronized void answered(long number, ToSocket shot, String answer) {
        String status = answer.matches("(?s)HTTP/1\\.1 [1-5][0-9][0-9].*") ? answer.substring(9, 12) : "none";
        answers.merge(status, 1L, Long::sum);
        if (!isFit(shot, status, answer)) {
            add(faults, number, shot, answer);
        } else if (status.equals("503")) {
            add(unavailable, number, shot, answer);
        }
    }

    private static void add(ArrayNode to, long number, ToSocket shot, String answer) {
        if (to.size() < Verdict.MOST_EXAMPLES) {
            String request = new String(shot.request(), StandardCharsets.ISO_8859_1);
            to.addObject()
                    .put("number", number)
                    .put("request", first(request))
                    .put(
                            "answer",
                            first(answer.substring(answer.indexOf("\r\n\r\n") + 1)
                                    .strip()));
        }
    }

    private static boolean isFit(ToSocket shot, String status, String answer) {
        if (status.equals("none")) {
            return !shot.isSound();
        }
        int code = Integer.parseInt(status);
        boolean isReasoned = code == UNAVAILABLE && answer.contains("{");
        boolean isNoHttp = code == VERSION_NOT_SUPPORTED && !shot.isSound() && answer.contains("\"bad-request\"");
        return code < SERVER_ERROR || isReasoned || isNoHttp;
    }

    private static String first(String text) {
        return text.substring(0, Math.min(300, text.length()));
    }

    /** How often each status was answered. */
    synchronized ObjectNode answers() {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        answers.forEach(all::put);
        return all;
    }

    /** The first requests that were put off, with the reasons. */
    synchronized ArrayNode unavailable() {
        return unavailable.deepCopy();
    }

    /** The first answers that were not fit. */
    synchronized ArrayNode faults() {
        return faults.deepCopy();
    }

    /** Takes no more, and waits for the answers that are missing. */
    void await() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(2L * ANSWER_MILLIS, TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        await();
    }
}
