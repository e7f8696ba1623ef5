package dev.postroad.cli.definitions;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.UserInput;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.graph.GraphCompiler;
import dev.postroad.engine.graph.Library;
import dev.postroad.engine.graph.ScheduleChecks;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Graphs and agents of one file.
 *
 * @param name of the file, for messages
 */
public record DefinitionFile(String name, List<Definition> definitions) {
    public DefinitionFile {
        definitions = List.copyOf(definitions);
    }

    /** Reads files, and reports what is wrong with any of them at once. */
    static List<DefinitionFile> readAll(List<String> names, InputStream in) {
        List<DefinitionFile> files = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (String name : names) {
            try {
                files.add(new DefinitionFile(name, Definitions.readAll(UserInput.text(name, in))));
            } catch (FaultsException unsound) {
                faults.addAll(lines(name, unsound).toList());
            } catch (CommandException unreadable) {
                faults.add(String.valueOf(unreadable.getMessage()));
            }
        }
        faults.addAll(repeated(files));
        refuse(faults);
        return files;
    }

    /** Sees that every graph is sound, given the agents that are there already and those of the files. */
    static void check(List<DefinitionFile> files, PublishedDefinitions published) {
        check(files, new PublishedLibrary(published));
    }

    /** As above, whatever it is that is there already. */
    static void check(List<DefinitionFile> files, Library published) {
        FileLibrary library = new FileLibrary(published);
        all(files).filter(AgentDefinition.class::isInstance).forEach(agent -> library.add(agent.name()));
        // Graphs first, so that a schedule may stand before what it runs.
        refuse(Stream.concat(
                        files.stream().flatMap(file -> file.unsound(library)),
                        files.stream().flatMap(file -> file.unsoundSchedules(library)))
                .toList());
    }

    /** What is sound in files, and yet is probably not meant so. */
    static List<String> warnings(List<DefinitionFile> files) {
        return files.stream()
                .flatMap(file -> file.definitions.stream()
                        .flatMap(definition -> warnings(definition)
                                .map(warning ->
                                        "warning: " + file.name + ": " + definition.registryKey() + ": " + warning)))
                .toList();
    }

    private static Stream<Fault> warnings(Definition definition) {
        Stream<Fault> ofItself = Definitions.warnings(definition).stream();
        return definition instanceof GraphDefinition graph
                ? Stream.concat(ofItself, GraphCompiler.warnings(graph).stream())
                : ofItself;
    }

    static Stream<Definition> all(List<DefinitionFile> files) {
        return files.stream().flatMap(file -> file.definitions.stream());
    }

    List<GraphDefinition> graphs() {
        return definitions.stream()
                .filter(GraphDefinition.class::isInstance)
                .map(GraphDefinition.class::cast)
                .toList();
    }

    private Stream<String> unsound(FileLibrary library) {
        return graphs().stream().flatMap(graph -> {
            try {
                library.add(GraphCompiler.checked(graph, library));
                return Stream.empty();
            } catch (FaultsException unsound) {
                return lines(name + ": " + graph.registryKey(), unsound);
            }
        });
    }

    private Stream<String> unsoundSchedules(FileLibrary library) {
        return definitions.stream()
                .filter(ScheduleDefinition.class::isInstance)
                .map(ScheduleDefinition.class::cast)
                .flatMap(schedule -> {
                    try {
                        ScheduleChecks.check(schedule, library);
                        return Stream.empty();
                    } catch (FaultsException unsound) {
                        return lines(name + ": " + schedule.registryKey(), unsound);
                    }
                });
    }

    private static List<String> repeated(List<DefinitionFile> files) {
        Map<String, String> first = new HashMap<>();
        List<String> faults = new ArrayList<>();
        for (DefinitionFile file : files) {
            for (Definition definition : file.definitions) {
                String earlier = first.putIfAbsent(definition.registryKey(), file.name);
                if (earlier != null) {
                    faults.add(file.name + ": defines " + definition.registryKey() + " as " + earlier
                            + " does; keep one of the two");
                }
            }
        }
        return faults;
    }

    private static Stream<String> lines(String where, FaultsException unsound) {
        return unsound.faults().stream().map(fault -> where + ": " + fault);
    }

    private static void refuse(List<String> faults) {
        if (!faults.isEmpty()) {
            throw CommandException.usage(String.join("\n", faults));
        }
    }
}
