package dev.postroad.runtime.run.lane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.testing.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class InboxTest {
    private static final int MOST = 2_000;
    private static final long WAIT_MILLIS = 60_000;

    private final Inbox inbox = new Inbox();
    private final Graph graph = graph();

    @Test
    void takesAPortionOfTriggersBehindWhatElseThereIs() throws InterruptedException {
        addTriggers(1_000);
        addOthers(400);

        List<Message> first = receive();

        assertThat(first.subList(0, 400)).allMatch(Message.PutAway.class::isInstance);
        assertThat(triggers(first)).hasSize(200).first().isEqualTo("run-0");
        addOthers(10);
        assertThat(triggers(receive())).hasSize(100).first().isEqualTo("run-200");
    }

    @Test
    void takesTriggersHoweverMuchElseThereIs() throws InterruptedException {
        addTriggers(1_000);
        addOthers(3 * MOST);

        assertThat(triggers(receive())).hasSize(MOST / 2);
    }

    @Test
    void takesAllTriggersWhereThereIsNothingElse() throws InterruptedException {
        addTriggers(1_000);

        assertThat(triggers(receive())).hasSize(1_000);
        assertThat(inbox.isEmpty()).isTrue();
    }

    @Test
    void waitsForNothingWhileTriggersAreLeft() throws InterruptedException {
        addTriggers(301);
        addOthers(1);

        int taken = 0;
        while (taken < 301) {
            taken += triggers(receive()).size();
        }

        assertThat(inbox.isEmpty()).isTrue();
    }

    @Test
    void takesWhatUsersAskFirst() throws InterruptedException {
        addTriggers(1);
        addOthers(1);
        inbox.add(new Message.Loaded("asked", Optional.empty()));

        assertThat(receive())
                .filteredOn(message -> !(message instanceof Message.Ring))
                .extracting(message -> message.getClass().getSimpleName())
                .containsExactly("Loaded", "PutAway", "Admit");
    }

    @Test
    void wakesWhoWaitsForATrigger() throws InterruptedException {
        Thread adding = Thread.ofVirtual().start(() -> addTriggers(1));

        List<Message> received = new ArrayList<>();
        while (triggers(received).isEmpty()) {
            received.addAll(receive());
        }

        adding.join();
        assertThat(triggers(received)).containsExactly("run-0");
    }

    private List<Message> receive() throws InterruptedException {
        List<Message> messages = new ArrayList<>();
        inbox.receive(messages, MOST, WAIT_MILLIS);
        return messages;
    }

    private static List<String> triggers(List<Message> messages) {
        return messages.stream()
                .filter(Message.Admit.class::isInstance)
                .map(message -> ((Message.Admit) message).admittee().runId())
                .toList();
    }

    private void addOthers(int count) {
        for (int i = 0; i < count; i++) {
            inbox.add(new Message.PutAway("other-" + i));
        }
    }

    private void addTriggers(int count) {
        for (int i = 0; i < count; i++) {
            Admission admission = new Admission(
                    JsonNodeFactory.instance.objectNode(), 0, null, Map.of(), new Origin("triggers", null, 0, i));
            inbox.add(new Message.Admit(new Admittee("run-" + i, 0, graph, admission, 2, null, new Nobody())));
        }
    }

    private static Graph graph() {
        return Site.graph("""
                graph: letters
                nodes: { write: { agent: writer } }
                edges: [{ from: START, to: write }, { from: write, to: END }]
                """);
    }

    private static final class Nobody implements Admittee.AdmissionOutcome {
        @Override
        public void admitted() {
            throw new AssertionError("nobody admits");
        }

        @Override
        public void duplicate() {
            throw new AssertionError("nobody compares");
        }

        @Override
        public void refused(String reason) {
            throw new AssertionError("nobody refuses");
        }
    }
}
