package dev.postroad.cli.definitions;

import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "apply",
        description = {
            "Publish the graphs, agents, schedules and prices of files. Where anything is wrong with any of them, nothing is.",
            "Says what is new (+), gone (-) and different (~) since they were last published."
        })
final class ApplyCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "YAML or JSON; - reads the standard input.")
    private List<String> files = List.of();

    @Option(
            names = "--wait",
            paramLabel = "PT30S",
            description = "The longest to wait until a worker has taken them up; PT30S by default.")
    private Duration limit = Publisher.DEFAULT_LIMIT;

    @Mixin
    private GiverOption giver = new GiverOption();

    ApplyCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        List<DefinitionFile> read = DefinitionFile.readAll(files, surroundings.in());
        Servers servers = Servers.open(surroundings, Need.WORKER);
        PublishedDefinitions stored = servers.definitions();
        DefinitionFile.check(read, stored);
        DefinitionFile.warnings(read).forEach(surroundings.err()::println);
        List<Definition> definitions = DefinitionFile.all(read).toList();
        List<Applied> applied = definitions.stream()
                .map(definition -> Applied.of(definition, stored))
                .toList();
        new Publisher(servers.client(), stored, giver.name(surroundings)).publish(definitions, limit);
        applied.stream().flatMap(each -> each.told(stored).stream()).forEach(surroundings::print);
        return ExitCode.COMPLETED;
    }
}
