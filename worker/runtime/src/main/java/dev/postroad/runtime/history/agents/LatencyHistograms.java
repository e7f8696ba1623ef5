package dev.postroad.runtime.history.agents;

import dev.postroad.runtime.history.rows.CorruptHistoryException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.Histogram;

/**
 * How latencies are stored: as HdrHistograms of milliseconds in their compressed encoding, so that those of many minutes
 * and workers add up to percentiles. Thread-safe.
 */
public final class LatencyHistograms {
    /** Percentiles are exact below 256 ms, and to 1 % above. */
    public static final int SIGNIFICANT_DIGITS = 2;

    private LatencyHistograms() {}

    /** One without latencies, which takes those of others. */
    public static Histogram empty() {
        return new Histogram(SIGNIFICANT_DIGITS);
    }

    /** What is stored of a histogram. */
    public static byte[] encoded(AbstractHistogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer, Deflater.BEST_SPEED);
        byte[] encoded = new byte[length];
        buffer.get(0, encoded);
        return encoded;
    }

    /**
     * What was encoded.
     *
     * @throws CorruptHistoryException where it was not encoded by this
     */
    public static Histogram decoded(byte[] encoded) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(encoded), 0);
        } catch (DataFormatException | RuntimeException unreadable) {
            throw new CorruptHistoryException("a histogram of latencies cannot be read", unreadable);
        }
    }
}
