package dev.postroad.embedded;

/** The ports that the embedded servers listen on; 0 asks for any free one. */
public record EmbeddedPorts(int kafka, int postgres, int model) {
    private static final int HIGHEST = 65_535;

    public EmbeddedPorts {
        requirePort(LocalPort.KAFKA_OPTION, kafka);
        requirePort(LocalPort.POSTGRES_OPTION, postgres);
        requirePort(LocalPort.MODEL_OPTION, model);
    }

    /** Any free port for each server. */
    public static EmbeddedPorts free() {
        return new EmbeddedPorts(0, 0, 0);
    }

    private static void requirePort(String option, int port) {
        if (port < 0 || port > HIGHEST) {
            throw new IllegalArgumentException(option + " must be 0 to " + HIGHEST + ", not " + port);
        }
    }
}
