package dev.postroad.bench.chaos;

/** What workers need. */
enum Server {
    POSTGRES("Postgres"),
    KAFKA("Kafka");

    private final String words;

    Server(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
