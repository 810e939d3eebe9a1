package io.doppel.vault.internal.meta;

import io.doppel.api.error.ErrorCode;

/**
 * Something wrong with an object of the vault.
 *
 * @param object its name
 * @param reason what is wrong, a sentence without a final full stop
 * @param code the kind
 */
public record ObjectProblem(String object, String reason, ErrorCode code) {}
