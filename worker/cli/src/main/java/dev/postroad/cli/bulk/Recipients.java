package dev.postroad.cli.bulk;

import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunEvent;
import java.util.List;
import java.util.Map;

/** Those who get the commands. */
public interface Recipients {
    /**
     * Sends a command.
     *
     * @throws RuntimeException where it cannot be sent
     */
    void send(Control control);

    /**
     * The events by which runs have answered.
     *
     * @param commandIds those of the commands, by the ids of their runs
     */
    List<RunEvent> answers(Map<String, String> commandIds);
}
