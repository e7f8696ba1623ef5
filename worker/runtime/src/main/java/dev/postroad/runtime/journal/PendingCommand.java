package dev.postroad.runtime.journal;

/**
 * A command that came before its run.
 *
 * @param command the message, as JSON
 */
public record PendingCommand(String runId, String commandId, String command) {}
