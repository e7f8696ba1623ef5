package dev.postroad.runtime;

import dev.postroad.runtime.lease.Lease;
import dev.postroad.runtime.lease.Self;
import dev.postroad.runtime.ownership.Holdings;
import dev.postroad.runtime.run.calls.CallGate;

/**
 * What a worker is among the others. No call begins but while its lease is held and its shard is held in the epoch in which
 * the call was ordered. Thread-safe.
 *
 * @param lease until when it may begin calls
 * @param holdings of what shards
 */
record Seat(Self self, Lease lease, Holdings holdings) implements CallGate {
    /** In this order: what others took meanwhile is held no more by the time at which the lease is held anew. */
    @Override
    public boolean opensFor(int shard, long epoch) throws InterruptedException {
        lease.await();
        return holdings.isHeld(shard, epoch);
    }
}
