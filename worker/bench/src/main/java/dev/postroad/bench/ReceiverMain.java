package dev.postroad.bench;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Takes spans over OTLP and lets them go: says {@code port} with where it listens, and stops at the end of its input. */
final class ReceiverMain {
    private ReceiverMain() {}

    public static void main(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            try (exchange) {
                exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
                exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
                // An answer that says nothing says that all was taken.
                exchange.sendResponseHeaders(200, -1);
            }
        });
        server.start();
        System.out.println("port " + server.getAddress().getPort());
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }
}
