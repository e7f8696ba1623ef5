package dev.postroad.bench;

/**
 * Where servers are.
 *
 * @param kafka its bootstrap servers
 * @param postgresUrl of the database {@code postroad}
 * @param postgresUser who needs no password
 */
public record Addresses(String kafka, String postgresUrl, String postgresUser) {}
