package dev.postroad.cli.steering;

import dev.postroad.cli.arguments.AnswerOptions;
import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunEvent;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** Sends a run a control message, and says what became of it. */
abstract class SteeringCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private RunArgument run = new RunArgument();

    @Mixin
    private AnswerOptions answering = new AnswerOptions();

    @Mixin
    private GiverOption giver = new GiverOption();

    SteeringCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /**
     * What is to be done, by the options.
     *
     * @throws CommandException where they make no sense
     */
    abstract Control.Action action(Surroundings surroundings);

    /** What is printed once it is done. */
    String told(RunEvent answer) {
        return Steering.told(answer);
    }

    /** The run that gets the message. */
    final String run() {
        return run.id();
    }

    @Override
    public final Integer call() throws FaultsException {
        return new Steering(run(), action(surroundings), giver.name(surroundings))
                .send(answering, surroundings, this::told);
    }
}
