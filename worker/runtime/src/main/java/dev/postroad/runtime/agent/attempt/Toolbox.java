package dev.postroad.runtime.agent.attempt;

import org.jspecify.annotations.Nullable;

/** The agents and graphs that may be tools, as they are now. Thread-safe. */
public interface Toolbox {
    /** Nothing is known of any agent, and there are no graphs. */
    Toolbox NONE = new Toolbox() {
        @Override
        public ToolOffer toolOfAgent(String name) {
            return ToolOffer.UNKNOWN;
        }

        @Override
        public @Nullable ToolOffer toolOfGraph(String name, @Nullable Integer version) {
            return null;
        }
    };

    /**
     * What is known of an agent, whether it is there or not; may ask it.
     *
     * @throws InterruptedException where the thread is interrupted meanwhile
     */
    ToolOffer toolOfAgent(String name) throws InterruptedException;

    /**
     * What is known of a graph; null where there is none.
     *
     * @param version null for the newest
     */
    @Nullable
    ToolOffer toolOfGraph(String name, @Nullable Integer version);
}
