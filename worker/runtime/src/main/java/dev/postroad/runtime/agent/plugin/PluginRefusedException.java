package dev.postroad.runtime.agent.plugin;

/** A jar is of no use as a plug-in; the message says why, for people. */
final class PluginRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    PluginRefusedException(String reason) {
        super(reason);
    }
}
