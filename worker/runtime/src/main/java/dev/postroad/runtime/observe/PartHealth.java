package dev.postroad.runtime.observe;

/** How a part of a worker is; where all is not well, why, for people. Immutable. */
public sealed interface PartHealth {
    /** How it is. */
    HealthState state();

    /** All is well. */
    record Ok() implements PartHealth {
        @Override
        public HealthState state() {
            return HealthState.OK;
        }
    }

    /** Others suffer, or something waits, but the worker does its work. */
    record Degraded(String why) implements PartHealth {
        @Override
        public HealthState state() {
            return HealthState.DEGRADED;
        }
    }

    /** The worker cannot do its work. */
    record Bad(String why) implements PartHealth {
        @Override
        public HealthState state() {
            return HealthState.BAD;
        }
    }
}
