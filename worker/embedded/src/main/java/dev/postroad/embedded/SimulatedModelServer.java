package dev.postroad.embedded;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A <em>simulation</em> of a language model, which speaks OpenAI's chat completions protocol on 127.0.0.1.
 *
 * <p>There is no model behind it and nothing leaves the machine: the answers are sentences kept in this module, chosen
 * and filled in from the words of the prompt. The same request has the same answer, always; there is no clock and no
 * randomness in it. It exists so that examples and tests run with no key and no network.
 *
 * <ul>
 *   <li>{@code POST /v1/chat/completions}, also with {@code stream: true} and {@code stream_options.include_usage};
 *       {@code GET /v1/models}. Errors have OpenAI's shape.
 *   <li>A system prompt that starts with "You are the copywriter" (strategist, researcher, marketer, designer, seo,
 *       reviewer, publisher) is answered in that voice, with the prompt's "Product: …" and "Audience: …".
 *   <li>With {@code response_format} {@code json_schema} the answer fits the schema; with {@code json_object} it has
 *       the keys of a line such as "Answer as JSON with the keys: score (integer 0-10), feedback (string), tags (array
 *       of strings), approved (boolean)".
 *   <li>An integer named {@code score} is {@code min(10, 4 + 2 n)} where the prompt says "revision n" (the largest n
 *       counts), and 7 where it does not: a first draft gets 6, the next one 8.
 *   <li>A token is four characters, rounded up for each message and for the answer.
 * </ul>
 *
 * <p>Safe for use by many threads; each request has a virtual thread.
 */
public final class SimulatedModelServer implements AutoCloseable {
    /** The name of the one model it has; requests may name any. */
    public static final String MODEL = "postroad-simulated";

    private static final Duration DEFAULT_CHUNK_DELAY = Duration.ofMillis(15);
    private static final int CONNECTION_BACKLOG = 1_024;

    private final HttpServer server;
    private final ExecutorService threads;

    private SimulatedModelServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /** Starts a server whose streamed answers come slowly enough to be watched. */
    public static SimulatedModelServer start(int port) {
        return start(port, DEFAULT_CHUNK_DELAY);
    }

    /**
     * Starts a server.
     *
     * @param port 0 for any free one
     * @param chunkDelay the wait before each chunk of a streamed answer, which has 12 to 40 of them
     */
    public static SimulatedModelServer start(int port, Duration chunkDelay) {
        return LocalPort.claim(
                port, "the simulated model", LocalPort.MODEL_OPTION, claimed -> startOn(claimed, chunkDelay));
    }

    private static SimulatedModelServer startOn(int port, Duration chunkDelay) {
        ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("postroad-simulated-model-", 0).factory());
        // Else each streamed answer takes 40 ms more. The JDK reads it once, when its first server is made.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        try {
            var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
            HttpServer server = HttpServer.create(address, CONNECTION_BACKLOG);
            server.createContext("/", new ModelHttpHandler(chunkDelay));
            server.setExecutor(threads);
            server.start();
            return new SimulatedModelServer(server, threads);
        } catch (IOException failed) {
            threads.close();
            throw new EmbeddedServerException(
                    "Cannot start the simulated model on port " + port + ": " + failed.getMessage(), failed);
        }
    }

    /** The address that OpenAI's clients are given, with {@code /v1}. */
    public String baseUrl() {
        return "http://127.0.0.1:" + port() + "/v1";
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Stops at once; answers that are being streamed break off. */
    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
        threads.close();
    }
}
