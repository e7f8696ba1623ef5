package dev.postroad.runtime.http;

import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.json.FaultsException;

/** Says at once what the worker would refuse when it took a definition up. Thread-safe. */
public interface AgentCheck {
    /**
     * Checks a definition.
     *
     * @throws FaultsException with everything that is wrong with it
     */
    void check(AgentDefinition definition) throws FaultsException;
}
