package dev.postroad.cli.definitions;

import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a user names to be run.
 *
 * @param name of the graph
 * @param files that define it, and perhaps more; empty where it is known by name
 */
public record GraphArgument(String name, List<DefinitionFile> files) {
    private static final Pattern LOOKS_LIKE_FILE = Pattern.compile(".*/.*|.*\\.(yaml|yml|json)");

    /** Reads a file of definitions, or takes the argument for the name of a published graph. */
    public static GraphArgument read(String argument, InputStream in) {
        if (!LOOKS_LIKE_FILE.matcher(argument).matches() && !Files.isRegularFile(Path.of(argument))) {
            return new GraphArgument(argument, List.of());
        }
        List<DefinitionFile> files = DefinitionFile.readAll(List.of(argument), in);
        var graphs = files.getFirst().graphs();
        if (graphs.size() != 1) {
            throw CommandException.usage(argument + ": defines " + graphs.size()
                    + " graphs; publish it with `postroad apply`, and run one by its name");
        }
        return new GraphArgument(graphs.getFirst().name(), files);
    }

    /** Publishes what the file defines, if it is one. */
    public void publish(Publisher publisher, PublishedDefinitions stored) {
        if (!files.isEmpty()) {
            DefinitionFile.check(files, stored);
            publisher.publish(DefinitionFile.all(files).toList(), Publisher.DEFAULT_LIMIT);
        }
    }

    /** Says what there is, which a worker's refusal does not. */
    public void requireKnown(Servers servers, PublishedDefinitions stored) {
        Set<String> known = new TreeSet<>(stored.graphs());
        if (known.contains(name)) {
            return;
        }
        if (servers.embeddedData().isPresent()) {
            Examples.bundled().forEach(file -> file.graphs().forEach(graph -> known.add(graph.name())));
        }
        throw CommandException.usage("there is no graph " + name + "; there "
                + (known.isEmpty() ? "is none at all" : "are " + String.join(", ", known))
                + "; publish it with `postroad apply FILE`");
    }
}
