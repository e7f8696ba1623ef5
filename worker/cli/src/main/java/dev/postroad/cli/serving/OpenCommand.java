package dev.postroad.cli.serving;

import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.servers.ConsoleAddress;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "open", description = "Open a run, or all runs, in the console, and print its address.")
final class OpenCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(paramLabel = "RUN", arity = "0..1", description = "The id of the run; all runs by default.")
    private String run = "";

    @Option(names = "--print", description = "Only print the address.")
    private boolean print;

    OpenCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        URI address = ConsoleAddress.of(surroundings, run.isEmpty() ? "" : RunArgument.legal(run));
        surroundings.print(address.toString());
        if (!print && surroundings.terminal().isPresent()) {
            open(address);
        }
        return ExitCode.COMPLETED;
    }

    /** Where there is no desktop, the address that was printed has to do. */
    private void open(URI address) {
        boolean isMac = System.getProperty("os.name", "").startsWith("Mac");
        boolean hasScreen = isMac
                || surroundings.environment().containsKey("DISPLAY")
                || surroundings.environment().containsKey("WAYLAND_DISPLAY");
        if (!hasScreen) {
            return;
        }
        try {
            new ProcessBuilder(isMac ? "open" : "xdg-open", address.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException noOpener) {
            surroundings.say("nothing on this machine opens addresses: " + noOpener.getMessage());
        }
    }
}
