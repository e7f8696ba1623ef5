#!/usr/bin/env bash
# okhttp-jvm 5.5.1 and a POST of more than some 8 KiB over a connection that is kept (Linux, HTTP/1.1).
#
# OkHttp writes a request in segments of 8 KiB, through sockets of the default factory, that have no TCP_NODELAY. The end
# of a body of 9,000 bytes so waits until the other side has acknowledged the segment before, which its system puts off
# while the server waits for the rest: about 40 ms for every call, on loopback too. A socket factory that sets
# TCP_NODELAY makes the same calls take a fraction of a millisecond. The JDK's own client sets it.
#
# Seen: a median of 9,000 bytes that is 40 ms above the one with TCP_NODELAY, with clients in turns, and none of that with
# 200 bytes. Ends with 1 where the difference is no longer more than 20 ms.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
libraries com.squareup.okhttp3:okhttp-jvm:5.5.1
cat > Finding.java <<'JAVA'
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

public class Finding {
    private static final int CALLS = 101;

    public static void main(String[] arguments) throws Exception {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(() -> accept(server));
        OkHttpClient byDefault = new OkHttpClient();
        OkHttpClient prompt = new OkHttpClient.Builder().socketFactory(new Prompt()).build();
        for (int bytes : new int[] {200, 9_000}) {
            List<Long> ofDefault = new ArrayList<>();
            List<Long> ofPrompt = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                ofDefault.add(call(byDefault, server.getLocalPort(), bytes));
                ofPrompt.add(call(prompt, server.getLocalPort(), bytes));
            }
            long slow = median(ofDefault);
            long quick = median(ofPrompt);
            System.err.println(bytes + " bytes: " + slow + " us by default, " + quick + " us with TCP_NODELAY");
            System.out.println(bytes + " bytes: " + (slow - quick > 20_000 ? "held back" : "about the same"));
        }
    }

    private static long call(OkHttpClient client, int port, int bytes) throws IOException {
        Request request = new Request.Builder()
                .url("http://127.0.0.1:" + port + "/")
                .post(RequestBody.create(new byte[bytes], null))
                .build();
        long begun = System.nanoTime();
        try (Response response = client.newCall(request).execute()) {
            response.body().bytes();
        }
        return (System.nanoTime() - begun) / 1_000;
    }

    private static long median(List<Long> times) {
        return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }

    private static void accept(ServerSocket server) {
        try {
            while (true) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                Thread.ofPlatform().daemon().start(() -> serve(socket));
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Reads requests, and answers each in one piece. */
    private static void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                int length = 0;
                for (String line = line(in); !line.isEmpty(); line = line(in)) {
                    if (line.toLowerCase().startsWith("content-length:")) {
                        length = Integer.parseInt(line.substring(line.indexOf(':') + 1).trim());
                    }
                }
                in.readNBytes(length);
                socket.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException ended) {
            // Its client has closed it.
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int read = in.read(); read != '\n'; read = in.read()) {
            if (read < 0) {
                throw new EOFException();
            }
            if (read != '\r') {
                line.append((char) read);
            }
        }
        return line.toString();
    }

    private static final class Prompt extends SocketFactory {
        @Override
        public Socket createSocket() throws IOException {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
            throw new UnsupportedOperationException();
        }
    }
}
JAVA
seen="$(java -cp 'lib/*' Finding.java)"
echo "okhttp-jvm 5.5.1, Java $(java -version 2>&1 | head -1 | cut -d'"' -f2)"
echo "$seen"
[[ "$seen" == "200 bytes: about the same
9000 bytes: held back" ]]
