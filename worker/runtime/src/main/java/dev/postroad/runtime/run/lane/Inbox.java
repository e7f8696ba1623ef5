package dev.postroad.runtime.run.lane;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What a lane is sent, in two orders: what users ask goes ahead of answers and triggers, so that a cancel does not wait
 * behind a thousand answers. Each keeps its own order. Any thread adds, the lane's thread receives.
 */
final class Inbox {
    private final Queue<Message> ahead = new ConcurrentLinkedQueue<>();
    private final LinkedBlockingQueue<Message> others = new LinkedBlockingQueue<>();
    private final AtomicBoolean rung = new AtomicBoolean();

    void add(Message message) {
        switch (message) {
            case Message.Instruct _, Message.Loaded _, Message.Resolved _ -> {
                ahead.add(message);
                if (rung.compareAndSet(false, true)) {
                    others.add(new Message.Ring());
                }
            }
            case Message.Admit _,
                    Message.Tell _,
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

    boolean isEmpty() {
        return ahead.isEmpty() && others.isEmpty();
    }

    /** Waits for messages, and gives at most so many. */
    void receive(List<Message> messages, int most, long waitMillis) throws InterruptedException {
        Message first = others.poll(ahead.isEmpty() ? waitMillis : 0, TimeUnit.MILLISECONDS);
        // Before what goes ahead is taken: what is added from now on rings again.
        rung.set(false);
        for (Message next = ahead.poll(); next != null; next = messages.size() < most ? ahead.poll() : null) {
            messages.add(next);
        }
        addUnlessRing(messages, first);
        others.drainTo(messages, Math.max(0, most - messages.size()));
    }

    private static void addUnlessRing(List<Message> messages, @Nullable Message message) {
        if (message != null && !(message instanceof Message.Ring)) {
            messages.add(message);
        }
    }
}
