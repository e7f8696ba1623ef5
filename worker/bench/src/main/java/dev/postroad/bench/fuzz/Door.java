package dev.postroad.bench.fuzz;

import dev.postroad.contracts.message.Topics;

/** Where something comes in. */
enum Door {
    TRIGGERS,
    CONTROL,
    REGISTRY,
    OUTPUT,
    HTTP;

    /** The door that a number of a thousand stands for. */
    static Door of(int perMille) {
        if (perMille < 580) {
            return TRIGGERS;
        }
        if (perMille < 880) {
            return CONTROL;
        }
        if (perMille < 910) {
            return REGISTRY;
        }
        return perMille < 960 ? OUTPUT : HTTP;
    }

    String topic(Topics topics) {
        return switch (this) {
            case TRIGGERS -> topics.triggers();
            case CONTROL -> topics.control();
            case REGISTRY -> topics.registry();
            case OUTPUT -> topics.output();
            case HTTP -> throw new IllegalArgumentException("HTTP has no topic");
        };
    }
}
