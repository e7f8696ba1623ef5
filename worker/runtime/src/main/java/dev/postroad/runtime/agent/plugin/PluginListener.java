package dev.postroad.runtime.agent.plugin;

import java.util.List;

/**
 * Hears what becomes of plug-ins, each named by the file name of its jar, on the one thread that looks after them: it
 * must not block for long. What it throws is logged. Names of agents are in order.
 */
public interface PluginListener {
    /** A new or changed jar is in use; these are its agents. */
    void loaded(String jar, List<String> agents);

    /**
     * A new or changed jar is of no use.
     *
     * @param agents those of the jar's former content, which stay as they were; empty where there was none
     */
    void refused(String jar, List<String> agents, String reason);

    /** These agents are gone, with their jar or out of it. */
    void removed(String jar, List<String> agents);
}
