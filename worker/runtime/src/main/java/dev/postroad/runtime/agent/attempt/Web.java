package dev.postroad.runtime.agent.attempt;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The way to the servers of agents. Connections are kept, and shared by all calls of a host: by HTTP/2 with who offers it
 * where a connection is encrypted, else by HTTP/1.1, as common servers are confused by who asks for more in the clear.
 * Thread-safe.
 *
 * <p>A call is made on its own thread from the first byte to the last, by OkHttp. The JDK's client hands each from thread to
 * thread half a dozen times, and takes 65 microseconds of the processors for what takes 35 here; and where more calls come
 * at once than a connection of HTTP/2 takes it fails them, and does not open another.
 */
public final class Web implements AutoCloseable {
    /** Connections that rest; those in use have no other bound than the calls of agents have. */
    private static final int MOST_AT_REST = 4_096;

    private static final Duration LONGEST_REST = Duration.ofSeconds(30);

    /**
     * A connection that many calls share is asked so often whether it is there, and left where it does not say so until the
     * next time: a call whose time is over leaves it open, so all that come after would hang on one that is silently lost,
     * for the quarter of an hour that it takes TCP to see that.
     */
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(1);

    /** Addresses as OkHttp reads them, which takes longer than to look them up. */
    private static final int MOST_ADDRESSES = 1_000;

    private final OkHttpClient http;
    private final Map<URI, HttpUrl> addresses = new ConcurrentHashMap<>();

    /**
     * @param connectTimeout how long a server may take to take a connection
     * @param reach where connections may lead
     */
    public Web(Duration connectTimeout, InstantSource clock, Reach reach) {
        this(connectTimeout, clock, reach, ofJvm(), LONGEST_SILENCE);
    }

    /**
     * @param trust says whom to trust where a connection is encrypted
     * @param longestSilence of a connection of HTTP/2
     */
    Web(Duration connectTimeout, InstantSource clock, Reach reach, Trust trust, Duration longestSilence) {
        http = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.HTTP_2, Protocol.HTTP_1_1))
                .socketFactory(new PromptSockets())
                .sslSocketFactory(trust.context.getSocketFactory(), trust.manager)
                .connectionPool(new ConnectionPool(MOST_AT_REST, LONGEST_REST.toMillis(), TimeUnit.MILLISECONDS))
                .addNetworkInterceptor(new ReachedConnections(reach))
                .addNetworkInterceptor(new RestedConnections(clock))
                .pingInterval(longestSilence)
                .connectTimeout(connectTimeout)
                // Each call has a time of its own.
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                // It would connect on other threads.
                .fastFallback(false)
                // Whether and when to call again is decided elsewhere, and written down.
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .build();
    }

    /** Whom to trust, and as whom to come. */
    record Trust(SSLContext context, X509TrustManager manager) {}

    /** What the JVM's properties say, client certificates among it. */
    private static Trust ofJvm() {
        try {
            return new Trust(SSLContext.getDefault(), manager(null));
        } catch (GeneralSecurityException none) {
            throw new IllegalStateException("the JVM says not whom to trust", none);
        }
    }

    /** @param trusted null for what the JVM trusts */
    static X509TrustManager manager(@Nullable KeyStore trusted) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return (X509TrustManager) factory.getTrustManagers()[0];
    }

    /**
     * Sends on the calling thread, which is to be a virtual one where it may be interrupted.
     *
     * @param limit for the whole answer; greater than nothing
     */
    ServerAnswer send(Post post, Duration limit) throws IOException, InterruptedException {
        Request request = request(post);
        try {
            return answerOnSoundConnection(request, limit);
        } catch (IOException broken) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the call was given up: " + Thrown.text(broken));
            }
            throw late(broken);
        }
    }

    /** There may be as many that are of no use as may rest, and each is met once. */
    private ServerAnswer answerOnSoundConnection(Request request, Duration limit) throws IOException {
        RestedConnections.StaleException last = null;
        for (int stale = 0; stale < MOST_AT_REST; stale++) {
            try {
                return answer(request, limit);
            } catch (RestedConnections.StaleException nothingSent) {
                // It is closed, and the next one is taken.
                last = nothingSent;
            }
        }
        throw new IOException("the server hangs up on all connections", last);
    }

    private ServerAnswer answer(Request request, Duration limit) throws IOException {
        Call call = http.newCall(request);
        call.timeout().timeout(limit.toNanos(), TimeUnit.NANOSECONDS);
        Response response = call.execute();
        return new ServerAnswer(response.code(), name -> first(response, name), new AnswerBody(response));
    }

    /** OkHttp itself gives the last. */
    private static @Nullable String first(Response response, String name) {
        List<String> values = response.headers(name);
        return values.isEmpty() ? null : values.getFirst();
    }

    private HttpUrl address(URI address) {
        HttpUrl known = addresses.get(address);
        if (known != null) {
            return known;
        }
        HttpUrl read = HttpUrl.get(address);
        if (read == null) {
            throw new IllegalArgumentException(address + " cannot be called");
        }
        if (addresses.size() >= MOST_ADDRESSES) {
            addresses.clear();
        }
        addresses.put(address, read);
        return read;
    }

    private Request request(Post post) {
        Request.Builder request =
                new Request.Builder().url(address(post.address())).post(new SentOnce(post.body()));
        post.headers().forEach(header -> request.addHeader(header.name(), header.value()));
        if (!post.has("Accept-Encoding")) {
            request.header("Accept-Encoding", "identity");
        }
        if (!post.has("User-Agent")) {
            request.header("User-Agent", "postroad");
        }
        return request.build();
    }

    /** That the time of a call is over is told as such. */
    static IOException late(IOException broken) {
        if (!(broken instanceof InterruptedIOException)) {
            return broken;
        }
        HttpTimeoutException late = new HttpTimeoutException("the time of the call is over");
        late.initCause(broken);
        return late;
    }

    /** Aborts what waits for its answer to begin; whoever reads one is aborted by an interrupt alone, as OkHttp counts it no more. */
    @Override
    public void close() {
        http.dispatcher().cancelAll();
        http.connectionPool().evictAll();
    }
}
