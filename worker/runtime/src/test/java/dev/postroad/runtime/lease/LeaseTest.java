package dev.postroad.runtime.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class LeaseTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final Lease lease = new Lease(Duration.ofSeconds(3), now::get);

    @Test
    void isHeldFromItsFirstRenewalUntilATenthBeforeItsEnd() {
        assertThat(lease.isHeld()).isFalse();
        lease.renewed(now.get());
        now.addAndGet(Duration.ofMillis(2_699).toNanos());
        assertThat(lease.isHeld()).isTrue();
        now.addAndGet(Duration.ofMillis(2).toNanos());
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void countsFromWhenTheRenewalWasSent() {
        long sentAt = now.get();
        now.addAndGet(Duration.ofSeconds(5).toNanos());
        lease.renewed(sentAt);
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void whoeverWaitsGoesOnWhenItIsRenewed() throws Exception {
        CompletableFuture<Void> began = CompletableFuture.runAsync(() -> {
            try {
                lease.await();
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        });
        assertThat(began).isNotDone();
        lease.renewed(now.get());
        began.get(30, TimeUnit.SECONDS);
        lease.lost();
        assertThat(lease.isHeld()).isFalse();
    }
}
