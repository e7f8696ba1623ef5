package dev.postroad.runtime.run.lane;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What a lane is sent, in three orders: what users ask goes ahead of answers, so that a cancel does not wait behind a
 * thousand of them, and triggers come after both, a portion at a time, so that runs under way go on at their pace while
 * thousands are admitted, which costs ten times as much as a step. Each keeps its own order. Any thread adds, the lane's
 * thread receives.
 */
final class Inbox {
    /** A portion of triggers is half of what else there is, and no fewer than this. */
    private static final int LEAST_PORTION = 100;

    private final Queue<Message> ahead = new ConcurrentLinkedQueue<>();
    private final LinkedBlockingQueue<Message> others = new LinkedBlockingQueue<>();
    private final Queue<Message> triggers = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean rung = new AtomicBoolean();

    void add(Message message) {
        switch (message) {
            case Message.Instruct _, Message.Loaded _, Message.Resolved _ -> {
                ahead.add(message);
                ring();
            }
            case Message.Admit _ -> {
                triggers.add(message);
                ring();
            }
            case Message.Tell _,
                    Message.Own _,
                    Message.GiveUp _,
                    Message.GaveUp _,
                    Message.Disown _,
                    Message.InTurn _,
                    Message.Hold _,
                    Message.LetBe _,
                    Message.Begin _,
                    Message.PutAway _,
                    Message.Prefetch _,
                    Message.AgentAvailable _,
                    Message.Ring _ -> others.add(message);
        }
    }

    private void ring() {
        if (rung.compareAndSet(false, true)) {
            others.add(new Message.Ring());
        }
    }

    boolean isEmpty() {
        return ahead.isEmpty() && others.isEmpty() && triggers.isEmpty();
    }

    /** Waits for messages, and gives at most so many, and a portion of triggers. */
    void receive(List<Message> messages, int most, long waitMillis) throws InterruptedException {
        boolean waits = ahead.isEmpty() && triggers.isEmpty();
        Message first = others.poll(waits ? waitMillis : 0, TimeUnit.MILLISECONDS);
        // Before what goes ahead is taken: what is added from now on rings again.
        rung.set(false);
        take(ahead, messages, most);
        addUnlessRing(messages, first);
        others.drainTo(messages, Math.max(0, most - messages.size()));
        int before = messages.size();
        take(triggers, messages, before == 0 ? most : before + Math.max(LEAST_PORTION, before / 2));
    }

    private static void take(Queue<Message> from, List<Message> messages, int most) {
        Message next = messages.size() < most ? from.poll() : null;
        while (next != null) {
            messages.add(next);
            next = messages.size() < most ? from.poll() : null;
        }
    }

    private static void addUnlessRing(List<Message> messages, @Nullable Message message) {
        if (message != null && !(message instanceof Message.Ring)) {
            messages.add(message);
        }
    }
}
