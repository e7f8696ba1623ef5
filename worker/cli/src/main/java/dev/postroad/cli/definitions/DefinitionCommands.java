package dev.postroad.cli.definitions;

import dev.postroad.cli.shell.Surroundings;
import java.util.List;

/** Those that publish graphs and agents, remove, draw and import them. */
public final class DefinitionCommands {
    private DefinitionCommands() {}

    /** All of them, in the order in which help lists them. */
    public static List<Object> all(Surroundings surroundings) {
        return List.of(new ApplyCommand(surroundings), new RemoveCommand(surroundings), new GraphCommand(surroundings));
    }

    /** What else can be imported besides runs, by a command of its own under {@code import}. */
    public static Object importOfGraphs(Surroundings surroundings) {
        return new ImportLangGraphCommand(surroundings);
    }
}
