package dev.postroad.runtime.agent.plugin;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what became of plug-ins. */
final class PluginNews implements PluginListener {
    private final List<String> all = new CopyOnWriteArrayList<>();

    @Override
    public void loaded(String jar, List<String> agents) {
        all.add("loaded " + jar + " " + agents);
    }

    @Override
    public void refused(String jar, List<String> agents, String reason) {
        all.add("refused " + jar + " " + agents + " " + reason);
    }

    @Override
    public void removed(String jar, List<String> agents) {
        all.add("removed " + jar + " " + agents);
    }

    List<String> all() {
        return List.copyOf(all);
    }

    String last() {
        return all.getLast();
    }
}
