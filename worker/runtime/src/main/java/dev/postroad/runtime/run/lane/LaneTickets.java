package dev.postroad.runtime.run.lane;

import dev.postroad.runtime.run.queue.Ticket;
import dev.postroad.runtime.run.queue.TicketHolder;
import java.util.function.Consumer;

/**
 * What becomes of the tickets of a lane's runs, as messages to it. Thread-safe.
 *
 * @param inbox takes messages from any thread
 */
record LaneTickets(Consumer<Message> inbox) implements TicketHolder {
    @Override
    public void begin(Ticket ticket) {
        inbox.accept(new Message.Begin(ticket));
    }

    @Override
    public void putAway(String runId) {
        inbox.accept(new Message.PutAway(runId));
    }
}
