package dev.postroad.runtime.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** A real pgbouncer before the tests' Postgres, as Debian installs it. Transactions share its sessions. */
@NullMarked
public final class Pgbouncer implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");

    private final int port;
    private final Path settings;
    private final Process process;

    private Pgbouncer(int port, Path settings, Process process) {
        this.port = port;
        this.settings = settings;
        this.process = process;
    }

    /** Whether it is installed. */
    public static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /** Starts one that forgives these parameters of a connection, and waits until it listens. */
    public static Pgbouncer start(String forgiven) {
        URI postgres = URI.create(Servers.get().postgresUrl().substring("jdbc:".length()));
        try {
            int port = HostProcess.freePort();
            Path settings = Files.createTempFile("pgbouncer", ".ini");
            Files.writeString(settings, """
        [databases]
        * = host=%s port=%d user=%s
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = %d
        unix_socket_dir =
        auth_type = any
        pool_mode = transaction
        default_pool_size = 3
        max_client_conn = 500
        ignore_startup_parameters = %s
        """.formatted(
                    postgres.getHost(), postgres.getPort(), Servers.get().postgresUser(), port, forgiven));
            settings.toFile().setReadable(true, false);
            List<String> command = new ArrayList<>(List.of(PROGRAM.toString(), "-q"));
            if ("root".equals(System.getProperty("user.name"))) {
                // It does not serve as root.
                command.addAll(List.of("-u", "nobody"));
            }
            command.add(settings.toString());
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            Pgbouncer started = new Pgbouncer(port, settings, process);
            Site.await("pgbouncer listens", started::listens);
            return started;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The address of a database of the tests' Postgres by way of this one. */
    public String url(String direct) {
        return direct.replaceFirst("//[^/]*/", "//127.0.0.1:" + port + "/");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
            Files.deleteIfExists(settings);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
