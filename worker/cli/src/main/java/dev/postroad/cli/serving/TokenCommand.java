package dev.postroad.cli.serving;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.runtime.access.Role;
import dev.postroad.runtime.access.TokenLine;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "token",
        description = {
            "Make a token for the HTTP API.",
            "Its line, for POSTROAD_HTTP_TOKENS or its file, goes to standard output, and the token, which is stored"
                    + " nowhere, to standard error."
        })
final class TokenCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "Whose it is; changes say so.")
    private String name = "";

    @Option(
            names = "--role",
            required = true,
            paramLabel = "ROLE",
            description = "reader (looks), operator (also starts, steers and answers) or admin (also publishes).")
    private String role = "";

    @Option(
            names = "--tag",
            paramLabel = "KEY=VALUE",
            description = "Only runs with this tag are seen; may be given several times.")
    private Map<String, String> tags = new LinkedHashMap<>();

    @Option(names = "--json", description = "Print both as JSON.")
    private boolean json;

    TokenCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        TokenLine.New made = made();
        if (json) {
            surroundings.json(JsonNodeFactory.instance
                    .objectNode()
                    .put("token", made.token())
                    .put("line", made.line()));
            return ExitCode.COMPLETED;
        }
        surroundings.print(made.line());
        surroundings.say("the token: " + made.token());
        return ExitCode.COMPLETED;
    }

    private TokenLine.New made() {
        Role known = Role.of(role)
                .orElseThrow(
                        () -> CommandException.usage("--role: is \"" + role + "\"; use reader, operator or admin"));
        try {
            return TokenLine.generate(name, known, tags, new SecureRandom());
        } catch (IllegalArgumentException unfit) {
            throw CommandException.usage("the line " + unfit.getMessage());
        }
    }
}
