#!/usr/bin/env bash
# okhttp-jvm 5.5.1 and a server that answers a POST with 503 and "Retry-After: 0".
#
# A client that is built with retryOnConnectionFailure(false) still sends the whole POST a second time within the same
# execute(), and gives only the second answer to its caller: of a call that must not be made twice nobody learns that it
# was. An answer 408 is not retried with that setting, so the two statuses differ. With "Retry-After: 1" one request is
# sent, and also where the body says isOneShot().
#
# Seen: 2 requests for the first, 1 for each of the others. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
libraries com.squareup.okhttp3:okhttp-jvm:5.5.1
cat > Finding.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;

public class Finding {
    private static final RequestBody REPEATABLE = RequestBody.create("{}", MediaType.get("application/json"));
    private static final RequestBody ONE_SHOT = new RequestBody() {
        @Override
        public MediaType contentType() {
            return MediaType.get("application/json");
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            sink.writeUtf8("{}");
        }
    };

    public static void main(String[] arguments) throws IOException {
        System.out.println("503, Retry-After: 0: " + requests(503, "0", REPEATABLE));
        System.out.println("503, Retry-After: 1: " + requests(503, "1", REPEATABLE));
        System.out.println("408, Retry-After: 0: " + requests(408, "0", REPEATABLE));
        System.out.println("503, Retry-After: 0, one shot: " + requests(503, "0", ONE_SHOT));
    }

    /** How many the server has seen once execute() has returned. */
    private static int requests(int status, String retryAfter, RequestBody body) throws IOException {
        AtomicInteger seen = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            seen.incrementAndGet();
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Retry-After", retryAfter);
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        OkHttpClient client = new OkHttpClient.Builder().retryOnConnectionFailure(false).build();
        Request request = new Request.Builder()
                .url("http://127.0.0.1:" + server.getAddress().getPort() + "/")
                .post(body)
                .build();
        try (Response response = client.newCall(request).execute()) {
            if (response.code() != status) {
                throw new IllegalStateException("the answer is " + response.code());
            }
        } finally {
            server.stop(0);
        }
        return seen.get();
    }
}
JAVA
seen="$(java -cp 'lib/*' Finding.java)"
echo "okhttp-jvm 5.5.1, Java $(java -version 2>&1 | head -1 | cut -d'"' -f2)"
echo "$seen"
[[ "$seen" == "503, Retry-After: 0: 2
503, Retry-After: 1: 1
408, Retry-After: 0: 1
503, Retry-After: 0, one shot: 1" ]]
