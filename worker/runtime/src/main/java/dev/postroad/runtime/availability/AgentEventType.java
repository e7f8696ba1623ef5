package dev.postroad.runtime.availability;

/** What may happen to an agent. */
public enum AgentEventType {
    /** Its definition came. */
    REGISTERED("registered"),
    /** Another definition took its place. */
    CHANGED("changed"),
    /** Its definition was removed. */
    REMOVED("removed"),
    /** A definition was refused; the one before stays. */
    REFUSED("refused"),
    /** It may be called again. */
    ENABLED("enabled"),
    /** It may not be called. */
    DISABLED("disabled"),
    /** Too many of its calls failed; no more are made for a while. */
    BREAKER_OPENED("breaker-opened"),
    /** A few calls are let through to see. */
    BREAKER_HALF_OPENED("breaker-half-opened"),
    /** Calls are made again. */
    BREAKER_CLOSED("breaker-closed"),
    /** A plug-in with Java agents was loaded, or loaded anew. */
    PLUGIN_LOADED("plugin-loaded"),
    /** A plug-in cannot be used; the one before stays. */
    PLUGIN_REFUSED("plugin-refused"),
    /** A plug-in is gone. */
    PLUGIN_REMOVED("plugin-removed");

    private final String name;

    AgentEventType(String name) {
        this.name = name;
    }

    /** The type as subscribers see it, such as {@code agent.disabled}. */
    public String publicName() {
        return "agent." + name;
    }
}
