package dev.postroad.engine.run;

import java.util.List;

/**
 * What follows from a command.
 *
 * @param before the run before the events
 * @param run the run after the events
 * @param events to be committed, in order; empty where the command changes nothing
 * @param effects to be performed after the commit, and never without it
 */
public record Decision(Run before, Run run, List<Event> events, List<Effect> effects) {}
