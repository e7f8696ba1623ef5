package dev.postroad.contracts.client;

/**
 * Where a record stands that Kafka acknowledged.
 *
 * @param partition from 0
 * @param offset from 0
 */
public record RecordPlace(String topic, int partition, long offset) {}
