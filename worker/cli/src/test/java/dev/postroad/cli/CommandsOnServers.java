package dev.postroad.cli;

import dev.postroad.cli.servers.Embedded;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.embedded.EmbeddedPorts;
import dev.postroad.runtime.config.Variables;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Real servers, which one process runs and the commands join, as beside {@code postroad dev}. */
@NullMarked
abstract class CommandsOnServers {
    @TempDir
    static Path data = Path.of("");

    static @Nullable Servers servers;

    private static @Nullable Surroundings owner;

    final TestShell shell = new TestShell(data);

    @BeforeAll
    static void start() throws FaultsException, IOException {
        writeJar(Files.createDirectory(data.resolve("plugins")).resolve("greeting.jar"), GreetingAgent.class);
        owner = new TestShell(data).surroundings();
        Embedded embedded = Embedded.open(owner, Variables.of(Map.of()), EmbeddedPorts.free());
        embedded.prepare(Need.WORKER);
        servers = embedded.servers();
    }

    @AfterAll
    static void stop() {
        if (owner != null) {
            owner.shutdown().run();
        }
    }

    private static void writeJar(Path jar, Class<?> agent) throws IOException {
        String entry = agent.getName().replace('.', '/') + ".class";
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out);
                InputStream code = Objects.requireNonNull(agent.getResourceAsStream("/" + entry))) {
            zip.putNextEntry(new ZipEntry(entry));
            code.transferTo(zip);
            zip.putNextEntry(new ZipEntry("META-INF/services/" + JavaAgent.class.getName()));
            zip.write(agent.getName().getBytes(StandardCharsets.UTF_8));
        }
    }
}
