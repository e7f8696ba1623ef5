package dev.postroad.runtime.registry;

import dev.postroad.contracts.definition.RegistryKey;
import java.time.Instant;

/**
 * The last change of what a key of the registry names, as Postgres has it.
 *
 * @param removed whether it is gone since
 */
record StoredChange(RegistryKey key, Instant at, boolean removed) {}
