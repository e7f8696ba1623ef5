package dev.postroad.bench.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The network between one worker and a server is slow, cut or half open for a while. */
record LinkFault(Server server, Trouble trouble) implements Fault {
    private static final int LONGEST_MILLIS = 8_000;
    private static final int LONGEST_DELAY_MILLIS = 400;

    /** What is wrong with the network. */
    enum Trouble {
        SLOW("slow"),
        CUT("cut"),
        HALF_OPEN("half open");

        private final String words;

        Trouble(String words) {
            this.words = words;
        }
    }

    static List<Fault> all() {
        List<Fault> all = new ArrayList<>();
        for (Server server : Server.values()) {
            for (Trouble trouble : Trouble.values()) {
                all.add(new LinkFault(server, trouble));
            }
        }
        return all;
    }

    @Override
    public String name() {
        return "link to " + server.words() + " " + trouble.words;
    }

    @Override
    public void strike(Scene scene) throws InterruptedException {
        Link link = scene.servers().link(server, scene.fleet().place(scene.anyWorker()));
        switch (trouble) {
            case SLOW -> link.delay(Duration.ofMillis(scene.random().nextLong(5, LONGEST_DELAY_MILLIS)));
            case CUT -> link.cut();
            case HALF_OPEN -> link.halfOpen();
        }
        scene.pass(Duration.ofMillis(scene.random().nextLong(200, LONGEST_MILLIS)));
        link.mend();
    }
}
