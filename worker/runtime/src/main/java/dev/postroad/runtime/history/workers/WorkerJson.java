package dev.postroad.runtime.history.workers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.history.rows.JsonFields;

/** Writes which workers live as the JSON that commands print and HTTP answers: times as ISO-8601, no nulls. */
public final class WorkerJson {
    private WorkerJson() {}

    /** Who lives, and who was found dead. */
    public static ObjectNode tree(WorkerReport report) {
        ObjectNode json = JsonFields.object().put("at", report.at().toString());
        json.set("workers", JsonFields.list(report.workers(), WorkerJson::tree));
        json.set("takeOvers", JsonFields.list(report.takeOvers(), WorkerJson::tree));
        return json;
    }

    private static ObjectNode tree(WorkerReport.Living worker) {
        ObjectNode json = JsonFields.object()
                .put("name", worker.name())
                .put("host", worker.host())
                .put("version", worker.version())
                .put("since", worker.since().toString())
                .put("renewedAt", worker.renewedAt().toString())
                .put("sessionLocked", worker.sessionLocked())
                .put("leaving", worker.leaving())
                .put("running", worker.running());
        if (worker.lag() != null) {
            json.put("lag", worker.lag());
        }
        worker.shards().forEach(json.putArray("shards")::add);
        worker.epochs().forEach(json.putArray("epochs")::add);
        return json;
    }

    private static ObjectNode tree(WorkerReport.TakeOver taken) {
        ObjectNode json = JsonFields.object()
                .put("at", taken.at().toString())
                .put("worker", taken.worker())
                .put("host", taken.host())
                .put("why", taken.why())
                .put("foundBy", taken.foundBy());
        taken.shards().forEach(json.putArray("shards")::add);
        return json;
    }
}
