#!/usr/bin/env bash
# micrometer-registry-prometheus 1.17.2 and a page of metrics that is written on a virtual thread (JDK 25).
#
# PrometheusMeterRegistry.scrape writes the page character by character through a BufferedWriter. On a platform thread
# that one has a buffer of 8,192 characters; on a virtual thread it starts with 512 and, where one character at a time is
# appended, grows by one each time, with a copy of all before. A web server that answers on virtual threads so allocates
# a multiple for the same page.
#
# Seen: more than ten times the bytes for each page. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
libraries io.micrometer:micrometer-registry-prometheus:1.17.2
cat > Finding.java <<'JAVA'
import com.sun.management.ThreadMXBean;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;

public class Finding {
    private static final int PAGES = 20;

    public static void main(String[] arguments) throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        for (int i = 0; i < 300; i++) {
            registry.counter("requests", "path", "/api/things/" + i).increment();
        }
        int characters = registry.scrape().length();
        long platform = bytes(registry);
        long[] virtual = new long[1];
        Thread.ofVirtual().start(() -> virtual[0] = bytes(registry)).join();
        System.out.println("a page of " + characters + " characters");
        System.out.println("platform thread: " + platform + " bytes a page");
        System.out.println("virtual thread:  " + virtual[0] + " bytes a page");
        System.out.println(virtual[0] > 10 * platform ? "more than ten times" : "not ten times");
    }

    /** Of all threads, as a virtual one is not measured by itself. */
    private static long bytes(PrometheusMeterRegistry registry) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getTotalThreadAllocatedBytes();
        for (int i = 0; i < PAGES; i++) {
            registry.scrape();
        }
        return (threads.getTotalThreadAllocatedBytes() - before) / PAGES;
    }
}
JAVA
seen="$(java -cp 'lib/*' Finding.java)"
echo "micrometer-registry-prometheus 1.17.2, Java $(java -version 2>&1 | head -1 | cut -d'"' -f2)"
echo "$seen"
grep -q '^more than ten times$' <<< "$seen"
