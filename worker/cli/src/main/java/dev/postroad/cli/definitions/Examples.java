package dev.postroad.cli.definitions;

import dev.postroad.cli.servers.Servers;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Trigger.OfAgent;
import dev.postroad.contracts.message.Trigger.OfGraph;
import dev.postroad.contracts.message.Trigger.Target;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The examples that come with the command, for embedded servers. Each is published once for a data directory, and again
 * when it has changed: so a user's own graph of the same name is not overwritten.
 */
public final class Examples {
    private static final String FOLDER = "postroad/examples";
    private static final String PUBLISHED = "examples.properties";

    private Examples() {}

    /** Publishes the examples that define what a trigger runs, if there are any and the servers are embedded. */
    public static void publish(Target target, PostroadClient client, Servers servers) throws FaultsException {
        for (DefinitionFile example : bundled()) {
            if (example.definitions().stream().anyMatch(defined -> isMeant(defined, target))) {
                publish(example, client, servers);
            }
        }
    }

    private static boolean isMeant(Definition definition, Target target) {
        return switch (target) {
            case OfGraph(String name, Integer _) ->
                definition instanceof GraphDefinition graph && graph.name().equals(name);
            case OfAgent(String name) ->
                definition instanceof AgentDefinition agent && agent.name().equals(name);
        };
    }

    /** Publishes an example where the servers are embedded, unless it is there as it is. */
    public static void publish(DefinitionFile example, PostroadClient client, Servers servers) throws FaultsException {
        Optional<Path> data = servers.embeddedData();
        if (data.isEmpty()) {
            return;
        }
        Path file = data.get().resolve(PUBLISHED);
        Properties published = read(file);
        String digest = digest(example);
        if (!digest.equals(published.getProperty(example.name()))) {
            new Publisher(client, servers.definitions(), null).publish(example.definitions(), Publisher.DEFAULT_LIMIT);
            published.setProperty(example.name(), digest);
            write(published, file);
        }
    }

    /** All of them, by the names of their files. */
    public static List<DefinitionFile> bundled() {
        List<DefinitionFile> examples = new ArrayList<>();
        texts().forEach((name, text) -> {
            try {
                examples.add(new DefinitionFile(name, Definitions.readAll(text)));
            } catch (FaultsException unsound) {
                throw new IllegalStateException("the example " + name + " is unsound", unsound);
            }
        });
        return examples;
    }

    private static Map<String, String> texts() {
        URL folder = Examples.class.getClassLoader().getResource(FOLDER);
        if (folder == null) {
            return Map.of();
        }
        try {
            URI uri = folder.toURI();
            if (!uri.getScheme().equals("jar")) {
                return texts(Path.of(uri));
            }
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                return texts(jar.getPath(FOLDER));
            }
        } catch (IOException | URISyntaxException unreadable) {
            throw new IllegalStateException("the examples at " + folder + " cannot be read", unreadable);
        }
    }

    private static Map<String, String> texts(Path folder) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                texts.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return texts;
    }

    private static Properties read(Path file) {
        Properties published = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                published.load(reader);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
        return published;
    }

    private static void write(Properties published, Path file) {
        try (Writer writer = Files.newBufferedWriter(file)) {
            published.store(writer, "What was published of the examples");
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    private static String digest(DefinitionFile example) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            example.definitions().forEach(definition -> digest.update(Json.bytes(definition.source())));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
