package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.guard.Pass;
import dev.postroad.runtime.limit.ClusterLimits;

/** Lets a call through that has a place over all workers besides. Thread-safe. */
record LimitedPass(Pass pass, ClusterLimits.Place place) implements Pass {
    @Override
    public void ended(AgentReply reply, long durationMillis) {
        place.ended(reply);
        pass.ended(reply, durationMillis);
    }

    @Override
    public void abandoned() {
        pass.abandoned();
    }

    @Override
    public boolean isProbe() {
        return place.isCharged() || pass.isProbe();
    }

    @Override
    public void left() {
        try {
            place.left();
        } finally {
            pass.left();
        }
    }
}
