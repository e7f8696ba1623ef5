package dev.postroad.runtime.schedule;

import dev.postroad.contracts.json.Fault;

/** What is asked of a schedule can never be done; the message says where it is wrong, why, and what to do. */
public class ScheduleCommandException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient Fault fault;

    ScheduleCommandException(Fault fault) {
        super(fault.toString());
        this.fault = fault;
    }

    /** What is wrong with the command. */
    public final Fault fault() {
        return fault;
    }
}
