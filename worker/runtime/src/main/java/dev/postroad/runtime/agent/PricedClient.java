package dev.postroad.runtime.agent;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Standing;
import dev.postroad.runtime.agent.attempt.ToolOffer;

/** Says what calls cost whose agent does not say so itself. Thread-safe. */
record PricedClient(AgentClient client, PriceList prices) implements AgentClient {
    @Override
    public AgentReply call(AgentCall call) throws InterruptedException {
        return prices.priced(client.call(call));
    }

    @Override
    public AgentReply callInDoubt(AgentCall call, int doubtful) throws InterruptedException {
        return prices.priced(client.callInDoubt(call, doubtful));
    }

    @Override
    public Standing begin(AgentCall call, int doubtful) throws InterruptedException {
        return priced(client.begin(call, doubtful));
    }

    @Override
    public Standing poll(AgentCall call, String handle) throws InterruptedException {
        return priced(client.poll(call, handle));
    }

    private Standing priced(Standing standing) {
        return standing instanceof Standing.Over(AgentReply reply) ? new Standing.Over(prices.priced(reply)) : standing;
    }

    @Override
    public void giveUp(String handle) throws InterruptedException {
        client.giveUp(handle);
    }

    @Override
    public ToolOffer offer() throws InterruptedException {
        return client.offer();
    }

    @Override
    public void close() {
        client.close();
    }
}
